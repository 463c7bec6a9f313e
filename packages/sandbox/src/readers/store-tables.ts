import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance, DuckDBTypeId } from "@duckdb/node-api";
import type { TableProfile } from "@pharmadb/contracts";
import { ChildFailure, unreadable } from "../child/failure.ts";
import { identifier, literal } from "../child/quote.ts";
import { type ReadLimits, TABLES_FILE } from "../pool/messages.ts";
import { profileTable } from "../profile/profile-table.ts";
import { chooseTypes } from "./choose-types.ts";
import { columnNames } from "./delimited/column-names.ts";
import type { SourceColumn, TableSource } from "./table-source.ts";

/** Small blocks for small tables: a file takes at least a few blocks, and most tables of a trial are small. */
const SMALL_FILE_BYTES = 64 * 1024 * 1024;
const SMALL_BLOCK = 16 * 1024;
const LARGE_BLOCK = 256 * 1024;

export type StoredTables = { profiles: TableProfile[]; storedTables: string[] };

/** Writes the tables into a database file of their own and profiles them. */
export async function storeTables(
  sources: TableSource[],
  file: { name: string; bytes: number },
  directory: string,
  limits: ReadLimits,
): Promise<StoredTables> {
  const spill = join(directory, "spill");
  await mkdir(spill);
  // Nobody else's SQL runs in this engine, so it may spill to disk.
  const instance = await DuckDBInstance.create(":memory:", {
    threads: String(limits.threads),
    memory_limit: `${limits.memoryLimitMb}MB`,
    temp_directory: spill,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  try {
    const blockSize = file.bytes < SMALL_FILE_BYTES ? SMALL_BLOCK : LARGE_BLOCK;
    await connection.run("SET TimeZone = 'UTC'");
    await connection.run(`ATTACH ${literal(join(directory, TABLES_FILE))} AS prepared (BLOCK_SIZE ${blockSize})`);
    const stored: StoredTables = { profiles: [], storedTables: [] };
    for (const source of sources) {
      const storedName = `t${stored.storedTables.length}`;
      const columns = await storeTable(connection, source, storedName, file.name, limits.maxColumns);
      stored.profiles.push(
        await profileTable(connection, `prepared.main.${storedName}`, {
          name: source.name,
          label: source.label,
          columnLabels: columns.map((column) => column.label),
        }),
      );
      stored.storedTables.push(storedName);
    }
    await connection.run("DETACH prepared");
    return stored;
  } finally {
    // The instance lives on, with all its memory, while a connection to it does.
    connection.disconnectSync();
    instance.closeSync();
    await rm(spill, { recursive: true, force: true });
  }
}

async function storeTable(
  connection: DuckDBConnection,
  source: TableSource,
  storedName: string,
  file: string,
  maxColumns: number,
): Promise<SourceColumn[]> {
  try {
    const columns = source.columns ?? (await describedColumns(connection, source.relation));
    if (columns.length > maxColumns) {
      throw unreadable(file, `the table has ${columns.length} columns; at most ${maxColumns} are read.`);
    }
    const expressions = await chooseTypes(connection, source.relation, columns);
    const select = columns.map(({ name }, index) => `${expressions[index]} AS ${identifier(name)}`);
    await connection.run(
      `CREATE OR REPLACE TABLE prepared.main.${storedName} AS SELECT ${select.join(", ")} FROM ${source.relation}`,
    );
    return columns;
  } catch (error) {
    if (error instanceof ChildFailure) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const other = (await source.retry?.(message)) ?? null;
    if (other !== null) return await storeTable(connection, other, storedName, file, maxColumns);
    const explained = await source.explain(message);
    const details = /out of memory|bad.alloc|allocation failure/i.test(message) ? { reason: "memory" } : {};
    throw unreadable(file, `${explained?.what ?? shortened(message)}.`, explained?.where ?? null, details);
  }
}

async function describedColumns(connection: DuckDBConnection, relation: string): Promise<SourceColumn[]> {
  const shape = await connection.run(`SELECT * FROM ${relation} LIMIT 0`);
  const names = shape.deduplicatedColumnNames();
  const unique = columnNames(names, names.length);
  const wide = names.filter((_, index) => shape.columnTypeId(index) === DuckDBTypeId.HUGEINT);
  const narrow = await fittingBigint(connection, relation, wide);
  return names.map((from, index) => ({
    name: unique[index] ?? from,
    label: null,
    from,
    reading: narrow.has(from) ? "whole" : "raw",
    sample: [],
  }));
}

/** The reader of JSON takes 128 bits as soon as one number is negative; nearly always 64 hold them all. */
async function fittingBigint(connection: DuckDBConnection, relation: string, names: string[]): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const tests = names.map((name) => `count(${identifier(name)}) = count(TRY_CAST(${identifier(name)} AS BIGINT))`);
  const [row = []] = (await connection.runAndReadAll(`SELECT ${tests.join(", ")} FROM ${relation}`)).getRows();
  return new Set(names.filter((_, index) => row[index] === true));
}

/** The engine's first line; it names the path of our copy, which is nobody's business. */
function shortened(message: string): string {
  const line = message.split("\n")[0] ?? message;
  return line
    .replace(/["']?(?:\/[^\s"':,]+)+["']?/g, "the file")
    .slice(0, 300)
    .replace(/\.$/, "");
}
