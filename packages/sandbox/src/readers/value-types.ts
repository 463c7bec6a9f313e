/** The types that a text may be taken for, from the narrowest. */
export const VALUE_TYPES = ["integer", "number", "boolean", "date", "timestamp", "time"] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

// Up to 18 digits fit a 64-bit integer; a longer run of digits is an identifier. A leading zero makes one too.
const INTEGER = "[+-]?(?:0|[1-9][0-9]{0,17})";
const NUMBER = "[+-]?(?:(?:0|[1-9][0-9]{0,17})(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?";
const DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
const TIME = "[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,6})?";
const TIMESTAMP = `${DATE}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,6})?)?`;

type Rule = {
  /** What every value must match, and all of it. */
  pattern: string;
  sqlType: string;
  /** Whether the pattern admits values that the type does not, such as 2024-02-30. */
  needsCast: boolean;
  /** Whether marks such as NA stand for a missing value among such values. */
  allowsMarks: boolean;
};

export const RULES: Record<ValueType, Rule> = {
  integer: { pattern: INTEGER, sqlType: "BIGINT", needsCast: false, allowsMarks: true },
  number: { pattern: NUMBER, sqlType: "DOUBLE", needsCast: true, allowsMarks: true },
  boolean: { pattern: "(?i:true|false)", sqlType: "BOOLEAN", needsCast: false, allowsMarks: true },
  date: { pattern: DATE, sqlType: "DATE", needsCast: true, allowsMarks: true },
  timestamp: { pattern: TIMESTAMP, sqlType: "TIMESTAMP", needsCast: true, allowsMarks: true },
  time: { pattern: TIME, sqlType: "TIME", needsCast: true, allowsMarks: true },
};

/** How statistics programs write a missing value; in a column of text they are text. */
export const MISSING_MARKS = ["NA", "N/A", "NaN", "nan", ".", "NULL", "null"];

const MATCHERS = VALUE_TYPES.map(
  (type) =>
    [
      type,
      new RegExp(`^(?:${RULES[type].pattern.replace("(?i:true|false)", "[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]")})$`),
    ] as const,
);

/** The narrowest type that this one value reads as; null for text. */
export function looksLike(value: string): ValueType | null {
  return MATCHERS.find(([, matcher]) => matcher.test(value))?.[0] ?? null;
}

/** The types worth testing on the whole column, from the narrowest, judged by its first values. */
export function candidateTypes(sample: string[]): ValueType[] {
  const values = sample.filter((value) => value !== "" && !MISSING_MARKS.includes(value));
  if (values.length === 0) return [...VALUE_TYPES];
  return MATCHERS.filter(([, matcher]) => values.every((value) => matcher.test(value))).map(([type]) => type);
}
