import type { TableFileProfile, TableProfile } from "@pharmadb/contracts";
import type { JobFile } from "./job-file.ts";
import { RESERVED_WORDS } from "./reserved-words.ts";
import type { JobTable } from "./sandbox.ts";

const MAX_NAME = 60;
const ENGINE_PREFIX = /^(?:duckdb_|pg_|sqlite_|pragma_)/;

/**
 * The tables of a job in the order of its files. A table is named after its file, in lower case, with the sheet's or
 * data set's name behind it where a file holds several; names are unique and need no quotes in SQL.
 */
export function tablesOf(files: JobFile[]): JobTable[] {
  const taken = new Set<string>();
  return files.flatMap((file) =>
    profilesOf(file).map((profile, _index, all) => {
      const parts = all.length > 1 ? [stemOf(file.name), profile.name ?? "table"] : [stemOf(file.name)];
      return { table: unique(sqlName(parts), taken), file, profile };
    }),
  );
}

function profilesOf(file: JobFile): TableProfile[] {
  if (file.kind !== "table") return [];
  const { more_tables: more, ...first } = file.profile as TableFileProfile;
  return [first, ...more];
}

/** The file's name without folders and endings: `a/ae.csv.gz` is `ae`. */
function stemOf(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? name;
  return base.replace(/\.(?:gz|gzip)$/i, "").replace(/(?<=.)\.[^.]*$/, "");
}

function sqlName(parts: string[]): string {
  const plain = parts
    .join("_")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, MAX_NAME)
    .replace(/_+$/, "");
  if (plain === "") return "table_1";
  const needsPrefix = !/^\p{L}/u.test(plain) || RESERVED_WORDS.has(plain) || ENGINE_PREFIX.test(plain);
  return needsPrefix ? `t_${plain}` : plain;
}

function unique(name: string, taken: Set<string>): string {
  let candidate = name;
  for (let n = 2; taken.has(candidate); n++) candidate = `${name}_${n}`;
  taken.add(candidate);
  return candidate;
}
