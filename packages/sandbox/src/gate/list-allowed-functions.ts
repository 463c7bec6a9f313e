import { DuckDBInstance } from "@duckdb/node-api";
import { isDenied, REVIEWED_TABLE_FUNCTIONS } from "./denied-functions.ts";

export type FunctionList = { engineVersion: string; scalar: string[]; table: string[]; builtinViews: string[] };

/** What the installed engine offers less what the review denies; for the script and the test that hold the frozen list. */
export async function listAllowedFunctions(): Promise<FunctionList> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  try {
    const connection = await instance.connect();
    const column = async (sql: string) =>
      (await connection.runAndReadAll(sql)).getRowsJson().map(([value]) => String(value));
    const [engineVersion = ""] = await column("SELECT library_version FROM pragma_version()");
    const functions = await column(
      `SELECT DISTINCT function_name FROM duckdb_functions()
       WHERE function_type IN ('scalar', 'aggregate', 'macro') ORDER BY 1`,
    );
    const tableFunctions = await column(
      `SELECT DISTINCT function_name FROM duckdb_functions()
       WHERE function_type IN ('table', 'table_macro') ORDER BY 1`,
    );
    const builtinViews = await column("SELECT DISTINCT view_name FROM duckdb_views() ORDER BY 1");
    return {
      engineVersion,
      scalar: [...functions.filter((name) => !isDenied(name)), "unnest"],
      table: tableFunctions.filter((name) => REVIEWED_TABLE_FUNCTIONS.has(name)),
      builtinViews,
    };
  } finally {
    instance.closeSync();
  }
}
