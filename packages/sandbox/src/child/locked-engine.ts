import { type DuckDBConnection, DuckDBInstance, type DuckDBPreparedStatement } from "@duckdb/node-api";
import type { LoadedTable } from "../pool/messages.ts";
import { identifier, literal } from "./quote.ts";

const CONFIGURATION = {
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_community_extensions: "false",
  allow_unsigned_extensions: "false",
  allow_persistent_secrets: "false",
  // No spilling: a temporary directory is a place that SQL can read and write.
  temp_directory: "",
  max_temp_directory_size: "0B",
};

/** An engine that sees the tables of one job and nothing else of this machine. */
export type LockedEngine = {
  connection: DuckDBConnection;
  /** Parses a statement to a JSON syntax tree without binding it. */
  parse: DuckDBPreparedStatement;
  close(): void;
};

/**
 * Opens an engine over the prepared tables, each a view on its database file, and locks it. The order matters: files
 * are attached first, then every way to a file or a setting is shut for good. Disabling the file system beside external
 * access is not redundant: attaching a file alone leaves its path readable and writable by SQL.
 */
export async function openLockedEngine(
  tables: LoadedTable[],
  options: { memoryLimitMb: number; threads: number },
): Promise<LockedEngine> {
  const instance = await DuckDBInstance.create(":memory:", {
    ...CONFIGURATION,
    threads: String(options.threads),
    memory_limit: `${options.memoryLimitMb}MB`,
  });
  const connection = await instance.connect();
  try {
    for (const statement of [...attachments(tables), ...LOCKS]) await connection.run(statement);
    const parse = await connection.prepare(
      "SELECT json_serialize_sql($1::VARCHAR, skip_null := true, skip_empty := true)",
    );
    return { connection, parse, close: () => closeEngine(instance, connection, parse) };
  } catch (error) {
    closeEngine(instance, connection, null);
    throw error;
  }
}

/** The instance lives on, with all its memory, while a connection to it does. */
function closeEngine(instance: DuckDBInstance, connection: DuckDBConnection, parse: DuckDBPreparedStatement | null) {
  parse?.destroySync();
  connection.disconnectSync();
  instance.closeSync();
}

const LOCKS = [
  "SET TimeZone = 'UTC'",
  "SET max_expression_depth = 200",
  "SET enable_external_access = false",
  "SET disabled_filesystems = 'LocalFileSystem'",
  "SET lock_configuration = true",
];

function attachments(tables: LoadedTable[]): string[] {
  const catalogs = new Map<string, string>();
  for (const { databasePath } of tables) {
    if (!catalogs.has(databasePath)) catalogs.set(databasePath, `file_${catalogs.size}`);
  }
  return [
    ...[...catalogs].map(([path, catalog]) => `ATTACH ${literal(path)} AS ${catalog} (READ_ONLY)`),
    ...tables.map(({ name, databasePath, storedName }) => {
      const stored = `${catalogs.get(databasePath)}.main.${identifier(storedName)}`;
      return `CREATE VIEW memory.main.${identifier(name)} AS SELECT * FROM ${stored}`;
    }),
  ];
}
