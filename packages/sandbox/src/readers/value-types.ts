/** The types that a text may be taken for, from the narrowest. */
const VALUE_TYPES = ["integer", "number", "boolean", "date", "timestamp", "time"] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

// Up to 18 digits fit a 64-bit integer; a longer run of digits is an identifier. A leading zero makes one too.
const INTEGER = "[+-]?(?:0|[1-9][0-9]{0,17})";
const NUMBER = "[+-]?(?:(?:0|[1-9][0-9]{0,17})(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?";
const DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
const TIME = "[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,6})?";
const TIMESTAMP = `${DATE}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,6})?)?`;

type Rule = {
  /** What a value looks like, to guess by the first ones. */
  pattern: RegExp;
  sqlType: string;
  /** SQL that is true where a text is a value of the type in its plain form; `text` and `cast` stand for the two. */
  holds: (text: string, cast: string) => string;
};

/** A value that comes back unchanged from its type was of it. This is several times faster than a pattern. */
const comesBack = (text: string, cast: string) => `${cast}::VARCHAR = ${text}`;
const matches = (pattern: string) => (text: string, cast: string) =>
  `${cast} IS NOT NULL AND regexp_full_match(${text}, '${pattern}')`;

export const RULES: Record<ValueType, Rule> = {
  integer: { pattern: whole(INTEGER), sqlType: "BIGINT", holds: comesBack },
  number: { pattern: whole(NUMBER), sqlType: "DOUBLE", holds: matches(NUMBER) },
  boolean: { pattern: /^(?:true|false)$/i, sqlType: "BOOLEAN", holds: (text) => `lower(${text}) IN ('true', 'false')` },
  date: { pattern: whole(DATE), sqlType: "DATE", holds: comesBack },
  timestamp: { pattern: whole(TIMESTAMP), sqlType: "TIMESTAMP", holds: matches(TIMESTAMP) },
  time: { pattern: whole(TIME), sqlType: "TIME", holds: matches(TIME) },
};

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

/** How statistics programs write a missing value; in a column of text they are text. */
export const MISSING_MARKS = ["NA", "N/A", "NaN", "nan", ".", "NULL", "null"];

/** The narrowest type that this one value reads as; null for text. */
export function looksLike(value: string): ValueType | null {
  return VALUE_TYPES.find((type) => RULES[type].pattern.test(value)) ?? null;
}

/** The types worth testing on the whole column, from the narrowest, judged by its first values. */
export function candidateTypes(sample: string[]): ValueType[] {
  const values = sample.filter((value) => value !== "" && !MISSING_MARKS.includes(value));
  if (values.length === 0) return [...VALUE_TYPES];
  return VALUE_TYPES.filter((type) => values.every((value) => RULES[type].pattern.test(value)));
}
