/**
 * Table functions that read nothing but their arguments. `histogram` and `histogram_values` are not among them: they
 * take the name of a table as a text, and so reach whatever the engine knows by that name.
 */
export const REVIEWED_TABLE_FUNCTIONS: ReadonlySet<string> = new Set([
  "generate_series",
  "json_each",
  "json_tree",
  "range",
  "repeat",
  "repeat_row",
  "unnest",
]);

const DENIED: Record<string, string[]> = {
  "tells about the process, its settings or its session": [
    "col_description",
    "current_catalog",
    "current_connection_id",
    "current_database",
    "current_query",
    "current_query_id",
    "current_role",
    "current_schema",
    "current_schemas",
    "current_setting",
    "current_transaction_id",
    "current_user",
    "format_pg_type",
    "format_type",
    "get_block_size",
    "getvariable",
    "in_search_path",
    "map_to_pg_oid",
    "obj_description",
    "session_user",
    "shobj_description",
    "stats",
    "txid_current",
    "user",
    "vector_type",
    "version",
    "which_secret",
  ],
  "acts instead of computing": ["currval", "error", "nextval", "pg_sleep", "setseed", "sleep_ms", "write_log"],
  "takes SQL or plans as data": [
    "json_deserialize_sql",
    "json_execute_serialized_sql",
    "json_serialize_plan",
    "json_serialize_sql",
    "parse_duckdb_log_message",
  ],
  "is known to crash the engine, or imports a raw memory image": [
    "combine",
    "create_sort_key",
    "finalize",
    "icu_sort_key",
    "json_contains",
    "json_group_structure",
    "json_merge_patch",
    "json_structure",
  ],
  "makes or inspects types at run time": [
    "can_cast_implicitly",
    "cast_to_type",
    "enum_code",
    "get_type",
    "make_type",
    "remap_struct",
    "replace_type",
  ],
};

const DENIED_NAMES = new Set(Object.values(DENIED).flat());
const ALLOWED_PG = new Set(["pg_typeof"]);
const DENIED_PREFIXES = ["__internal_", "has_", "icu_collate_", "inet_", "pg_", "st_", "variant_"];

/** Whether the review keeps this scalar, aggregate or macro function from statements. */
export function isDenied(name: string): boolean {
  if (DENIED_NAMES.has(name)) return true;
  return !ALLOWED_PG.has(name) && DENIED_PREFIXES.some((prefix) => name.startsWith(prefix));
}
