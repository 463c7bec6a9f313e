/** How a column's type is found. A text is only taken for another type where every value of the column reads as that. */
export type ColumnReading =
  /** Text, to be taken for what all its values read as. */
  | "auto"
  /** Text, and nothing else. */
  | "text"
  /** What the relation gives, unchanged. */
  | "raw"
  /** Whole numbers in a wider type than they need. */
  | "whole"
  /** Text that the file declares to be a number, a date, a time or a point in time. */
  | "number"
  | "boolean"
  | "date"
  | "timestamp"
  | "time";

export type SourceColumn = {
  name: string;
  label: string | null;
  /** The column's name in the relation. */
  from: string;
  reading: ColumnReading;
  /** The first values, for a guess at the type; only for `auto`. */
  sample: string[];
};

/** Where in the file (`line 17`), and what is wrong there, without a full stop. */
export type Explained = { where: string | null; what: string };

/** A table as a reader hands it on: an SQL relation over a file that the engine reads, and what its columns mean. */
export type TableSource = {
  /** The name of the sheet or data set; null where the format has none. */
  name: string | null;
  label: string | null;
  relation: string;
  /** Null where the relation itself knows its columns and their types. */
  columns: SourceColumn[] | null;
  /** A failure of the engine in the words of the file; null keeps the engine's message. */
  explain(message: string): Explained | null | Promise<Explained | null>;
  /** The same table read in another way, after the engine failed with this message; null where there is none. */
  retry?(message: string): Promise<TableSource | null>;
};

export type ReadTables = { mediaType: string; sources: TableSource[] };
