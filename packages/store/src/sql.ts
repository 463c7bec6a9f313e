/** A row as the driver gives it: int8 and numeric as text, json parsed, timestamptz as Date. */
export type Row = Record<string, unknown>;

export type QueryOptions = {
  /**
   * The name under which a connection keeps the statement, parsed and planned, for its next use: of a statement that
   * touches little, that is most of the work. For the few that run all the time. PGlite keeps none.
   */
  prepared?: string;
};

type TransactionOptions = {
  /** Lets its statements take as long as they take. For migrations; a server ends others after a minute. */
  unhurried?: boolean;
};

/** The small SQL surface that PGlite and `pg` both meet. Placeholders are `$1`, `$2`, …. */
export type Sql = {
  /** How many statements it runs at a time; more wait for their turn. */
  readonly atOnce: number;
  /** Runs one statement and gives its rows. */
  query<R extends Row = Row>(text: string, parameters?: readonly unknown[], options?: QueryOptions): Promise<R[]>;
  /** Runs `work` in one transaction; rolled back when it throws. Inside a transaction it nests as a part of it. */
  transaction<T>(work: (transaction: Sql) => Promise<T>, options?: TransactionOptions): Promise<T>;
};
