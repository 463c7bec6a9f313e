import type { JsonObject, JsonValue } from "@pharmadb/contracts";
import { ALLOWED_FUNCTIONS, ALLOWED_TABLE_FUNCTIONS, BUILTIN_VIEWS } from "./allowed-functions.ts";
import { refusalOfFunction, refusalOfTable } from "./refusal.ts";
import { EXPRESSION_CLASSES, isObject, listOf, NODE_TYPES, textOf } from "./syntax-tree.ts";

/** The names that FROM may use at one place of the tree: loaded tables and the CTEs in scope. */
type Scope = { tables: ReadonlySet<string>; ctes: ReadonlySet<string> };

/** Names that the engine computes where no column has them; `user` is left out, as tables do have such a column. */
const SESSION_NAMES = new Set(["current_catalog", "current_role", "current_schema", "current_user", "session_user"]);

class Refused extends Error {}

/** Why the syntax tree is refused, or null. Whatever it does not know it refuses. */
export function checkTree(tree: JsonValue, tables: string[]): string | null {
  const names = new Set(tables.map((name) => name.toLowerCase()));
  try {
    visit(tree, { tables: names, ctes: new Set() });
    return null;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

function visit(node: JsonValue | undefined, scope: Scope): void {
  if (Array.isArray(node)) for (const child of node) visit(child, scope);
  else if (isObject(node)) visitObject(node, scope);
}

function visitObject(node: JsonObject, outer: Scope): void {
  checkKind(node);
  const scope = withCtes(node, outer);
  for (const [key, child] of Object.entries(node)) {
    // A constant's value is data: it may look like anything. CTEs were visited where their scope was made.
    if (key === "cte_map" || (key === "value" && node.class === "CONSTANT")) continue;
    // A table function was checked against its own list; what it is called with is checked like everything else.
    visit(
      node.type === "TABLE_FUNCTION" && key === "function" && isObject(child) ? (child.children ?? null) : child,
      scope,
    );
  }
}

function checkKind(node: JsonObject): void {
  if (typeof node.class === "string") checkExpression(node);
  else if (typeof node.type === "string" && !NODE_TYPES.has(node.type)) {
    throw new Refused(`This kind of SQL (${node.type}) is not allowed. Write a plain SELECT.`);
  }
}

function checkExpression(node: JsonObject): void {
  const kind = textOf(node.class);
  if (!EXPRESSION_CLASSES.has(kind)) throw new Refused(`This kind of expression (${kind}) is not allowed.`);
  if (kind === "FUNCTION" || kind === "WINDOW") {
    const name = textOf(node.function_name).toLowerCase();
    if (!ALLOWED_FUNCTIONS.has(name)) throw new Refused(refusalOfFunction(name));
    if (node.export_state === true) throw new Refused("EXPORT_STATE is not allowed. Use the aggregate's value.");
  }
  if (kind === "COLUMN_REF") checkColumn(listOf(node.column_names));
  if (kind === "CAST" && mentionsVariant(node.cast_type)) {
    throw new Refused("Casts to VARIANT are not allowed. Cast to VARCHAR, a number or a date.");
  }
}

function checkColumn(names: JsonValue[]): void {
  const name = textOf(names[0]).toLowerCase();
  if (names.length === 1 && SESSION_NAMES.has(name)) throw new Refused(refusalOfFunction(name));
}

/** The type as the parser wrote it, in whatever shape a nested type has. */
function mentionsVariant(type: JsonValue | undefined): boolean {
  return JSON.stringify(type ?? null)
    .toUpperCase()
    .includes("VARIANT");
}

/**
 * The scope inside a query node: each CTE sees those before it, and itself only where it is recursive. A lenient scope
 * would let `WITH x AS (SELECT * FROM x)` reach whatever the engine knows under the name x.
 */
function withCtes(node: JsonObject, outer: Scope): Scope {
  if (!isObject(node.cte_map)) return checkSource(node, outer);
  let ctes = outer.ctes;
  for (const entry of listOf(node.cte_map.map)) {
    if (!isObject(entry)) continue;
    const name = textOf(entry.key).toLowerCase();
    if (BUILTIN_VIEWS.has(name)) throw new Refused(`The name "${name}" is taken. Give the WITH query another name.`);
    const visible = new Set([...ctes, name]);
    visit(entry.value, { tables: outer.tables, ctes: isRecursive(entry.value) ? visible : ctes });
    ctes = visible;
  }
  return checkSource(node, { tables: outer.tables, ctes });
}

function isRecursive(value: JsonValue | undefined): boolean {
  if (!isObject(value) || !isObject(value.query) || !isObject(value.query.node)) return false;
  return value.query.node.type === "RECURSIVE_CTE_NODE";
}

function checkSource(node: JsonObject, scope: Scope): Scope {
  if (typeof node.class === "string") return scope;
  if (node.type === "BASE_TABLE") checkBaseTable(node, scope);
  else if (node.type === "TABLE_FUNCTION") checkTableFunction(node);
  else if (node.type === "SHOW_REF") checkShow(node, scope);
  else if (node.type === "CTE_NODE")
    throw new Refused("This form of WITH is not allowed. Write WITH name AS (SELECT …).");
  return scope;
}

function checkBaseTable(node: JsonObject, scope: Scope): void {
  const name = textOf(node.table_name);
  const catalog = textOf(node.catalog_name).toLowerCase();
  const schema = textOf(node.schema_name).toLowerCase();
  const isLoaded = scope.tables.has(name.toLowerCase());
  if (!(catalog === "" || catalog === "memory") || !(schema === "" || schema === "main")) {
    throw new Refused(refusalOfTable([catalog, schema, name].filter((part) => part !== "").join("."), scope.tables));
  }
  if (isLoaded || (scope.ctes.has(name.toLowerCase()) && catalog === "" && schema === "")) return;
  throw new Refused(refusalOfTable(name, scope.tables));
}

function checkTableFunction(node: JsonObject): void {
  const call = isObject(node.function) ? node.function : {};
  const name = textOf(call.function_name).toLowerCase();
  if (!ALLOWED_TABLE_FUNCTIONS.has(name)) throw new Refused(refusalOfFunction(name));
  if (textOf(call.schema) !== "" || textOf(call.catalog) !== "") {
    throw new Refused(`Write ${name}(…) without a schema before it.`);
  }
}

function checkShow(node: JsonObject, scope: Scope): void {
  if (node.show_type !== "SUMMARY" && node.show_type !== "DESCRIBE") {
    throw new Refused("SHOW is not allowed. Use DESCRIBE with a table's name.");
  }
  if (isObject(node.query)) return;
  const name = textOf(node.table_name).replace(/^"|"$/g, "");
  if (!scope.tables.has(name.toLowerCase())) throw new Refused(refusalOfTable(name, scope.tables));
}
