/** A date as far as a text gives it. */
export type DateParts = { year: number | null; month: number | null; day: number | null };

export type DateToken = {
  text: string;
  start: number;
  end: number;
  /** Usually one; two where day and month could be either way round. */
  readings: DateParts[];
};

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const MONTH =
  "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";

type Reader = { pattern: RegExp; read: (groups: (string | undefined)[]) => DateParts[] };

const READERS: Reader[] = [
  {
    pattern: /(?<![\w-])(\d{4})-(\d{2})(?:-(\d{2}))?(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?Z?)?(?![\w-])/g,
    read: ([, year, month, day]) => [parts(year, month, day)],
  },
  { pattern: /(?<![\w/])(\d{4})\/(\d{1,2})\/(\d{1,2})(?![\w/])/g, read: ([, y, m, d]) => [parts(y, m, d)] },
  {
    pattern: /(?<![\w/.])(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?![\w/])/g,
    read: ([, a, b, year]) => [parts(year, b, a), parts(year, a, b)],
  },
  { pattern: /(?<!\w)(\d{1,2})([a-z]{3})(\d{4})(?!\w)/gi, read: ([, d, m, y]) => [parts(y, monthOf(m), d)] },
  {
    pattern: new RegExp(`(?<!\\w)(\\d{1,2})(?:st|nd|rd|th)?[ -]${MONTH}\\.?,?[ -](\\d{4})(?!\\w)`, "gi"),
    read: ([, d, m, y]) => [parts(y, monthOf(m), d)],
  },
  {
    pattern: new RegExp(`(?<!\\w)${MONTH}\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})(?!\\w)`, "gi"),
    read: ([, m, d, y]) => [parts(y, monthOf(m), d)],
  },
  {
    pattern: new RegExp(`(?<!\\w)${MONTH}\\.?,? (\\d{4})(?!\\w)`, "gi"),
    read: ([, m, y]) => [parts(y, monthOf(m), undefined)],
  },
  {
    pattern: new RegExp(`(?<!\\w)(\\d{1,2})(?:st|nd|rd|th)? ${MONTH}(?!\\w)`, "gi"),
    read: ([, d, m]) => [parts(undefined, monthOf(m), d)],
  },
];

// Most cells of a large result hold neither, and need none of the readers.
const MAY_HOLD_DATE = /\d{4}|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec/i;

/** The dates of a text, and the text with each of them blanked out. */
export function scanDates(text: string): { dates: DateToken[]; rest: string } {
  const dates: DateToken[] = [];
  if (!MAY_HOLD_DATE.test(text)) return { dates, rest: text };
  let rest = text;
  for (const { pattern, read } of READERS) {
    rest = rest.replace(pattern, (...match) => {
      const groups = match.filter((one) => typeof one !== "number").slice(0, -1) as (string | undefined)[];
      const start = match.find((one) => typeof one === "number") as number;
      const found = match[0] as string;
      const readings = read(groups).filter(isPossible);
      if (readings.length === 0) return found;
      dates.push({ text: found, start, end: start + found.length, readings });
      return "\u0000".repeat(found.length);
    });
  }
  return { dates, rest };
}

/** Whether a date that evidence holds says all that the claimed date says: 2014-03-05 backs March 2014. */
export function backsDate(held: DateParts, claimed: DateParts): boolean {
  return (["year", "month", "day"] as const).every((part) => claimed[part] === null || claimed[part] === held[part]);
}

function parts(year: string | undefined, month: string | number | undefined, day: string | undefined): DateParts {
  const read = (part: string | number | undefined) => (part === undefined ? null : Number(part));
  return { year: read(year), month: read(month), day: read(day) };
}

function monthOf(name: string | undefined): number | undefined {
  const index = MONTHS.indexOf((name ?? "").slice(0, 3).toLowerCase());
  return index < 0 ? Number.NaN : index + 1;
}

function isPossible({ month, day }: DateParts): boolean {
  const inRange = (part: number | null, most: number) => part === null || (part >= 1 && part <= most);
  return inRange(month, 12) && inRange(day, 31);
}
