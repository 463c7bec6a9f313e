import { z } from "zod";
import { JsonValue } from "./json.ts";

export const COLUMN_TYPES = ["integer", "number", "text", "boolean", "date", "timestamp", "time", "other"] as const;

/** One column of a table, as profiled at upload. */
export const ColumnProfile = z.object({
  name: z.string(),
  /** The label that the file carries (SAS XPT); null elsewhere. */
  label: z.string().nullable(),
  type: z.enum(COLUMN_TYPES),
  /** The type in the table engine, such as `VARCHAR` or `DECIMAL(18,3)`. */
  sql_type: z.string(),
  /** Share of rows without a value, 0 to 1; an empty text counts as none. */
  null_share: z.number().min(0).max(1),
  distinct_count: z.number().int().min(0),
  min: JsonValue,
  max: JsonValue,
  /** The commonest values, most frequent first, at most 20. */
  common: z.array(z.object({ value: JsonValue, count: z.number().int() })),
});
export type ColumnProfile = z.infer<typeof ColumnProfile>;

export const TableProfile = z.object({
  /** The name of the sheet or data set inside the file; null where the format has none. */
  name: z.string().nullable(),
  label: z.string().nullable(),
  row_count: z.number().int().min(0),
  columns: z.array(ColumnProfile),
});
export type TableProfile = z.infer<typeof TableProfile>;

/** A table file's profile: its first table, and the others where a file holds several (XLSX, XPT). */
export const TableFileProfile = TableProfile.extend({ more_tables: z.array(TableProfile) });
export type TableFileProfile = z.infer<typeof TableFileProfile>;

export const DocumentProfile = z.object({
  title: z.string().nullable(),
  /** Number of pages; null where the format has none. */
  page_count: z.number().int().nullable(),
  passage_count: z.number().int(),
  character_count: z.number().int(),
  /** The first section headings, at most 50. */
  sections: z.array(z.string()),
  /** What a reader should know, such as pages without text. */
  warnings: z.array(z.string()),
});
export type DocumentProfile = z.infer<typeof DocumentProfile>;

export const FILE_KINDS = ["table", "document"] as const;

/** An uploaded file as the client sees it. */
export const FileObject = z.object({
  id: z.string(),
  object: z.literal("file"),
  name: z.string(),
  bytes: z.number().int().min(0),
  sha256: z.string(),
  media_type: z.string(),
  kind: z.enum(FILE_KINDS),
  created_at: z.string(),
  profile: z.union([TableFileProfile, DocumentProfile]),
});
export type FileObject = z.infer<typeof FileObject>;
