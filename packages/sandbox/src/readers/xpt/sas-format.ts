import type { ColumnReading } from "../table-source.ts";

const EPOCH_MS = Date.UTC(1960, 0, 1);
const DAY_SECONDS = 86_400;

const DATETIME =
  /^(?:DATETIME|E8601D[TZN]|IS8601D[TZN]|B8601D[TZN]|DATEAMPM|MDYAMPM|DT(?:DATE|MONYY|WKDATX|YEAR|YYQC))/;
const DATE =
  /^(?:DATE|DAY|DDMMYY|DOWNAME|E8601DA|IS8601DA|B8601DA|EURDF|JULDAY|JULIAN|MMDDYY|MMYY|MONNAME|MONTH|MONYY|NENGO|NLDATE|QTR|WEEKDAT|WEEKU|WEEKV|WEEKW|WORDDAT|YEAR|YYMM|YYQ|YYWEEK)/;
const TIME = /^(?:TIME|HHMM|HOUR|MMSS|TOD|E8601T[MZ]|IS8601T[MZ]|B8601T[MZ]|TIMEAMPM)/;

/** What the numbers under this SAS format are. */
export function readingOfFormat(format: string): ColumnReading {
  const name = format.toUpperCase();
  if (DATETIME.test(name)) return "timestamp";
  if (TIME.test(name)) return "time";
  if (DATE.test(name)) return "date";
  return "number";
}

/** A number as text in the form that its column is read in. */
export function formatNumber(value: number, reading: ColumnReading): string {
  if (reading === "date") return isoDate(Math.floor(value) * DAY_SECONDS) ?? String(value);
  if (reading === "timestamp") return isoTimestamp(value) ?? String(value);
  if (reading === "time") return isoTime(value);
  return String(value);
}

function isoDate(seconds: number): string | null {
  return isoTimestamp(seconds)?.slice(0, 10) ?? null;
}

/** Seconds since 1960 as ISO 8601; null outside the years that are written with four digits. */
function isoTimestamp(seconds: number): string | null {
  const whole = Math.floor(seconds);
  const date = new Date(EPOCH_MS + whole * 1000);
  const year = date.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) return null;
  return date.toISOString().slice(0, 19) + fraction(seconds - whole);
}

function isoTime(seconds: number): string {
  const sign = seconds < 0 ? "-" : "";
  const whole = Math.floor(Math.abs(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return sign + parts.map((part) => String(part).padStart(2, "0")).join(":") + fraction(Math.abs(seconds) - whole);
}

function fraction(part: number): string {
  const micros = Math.round(part * 1e6);
  return micros <= 0 || micros >= 1e6 ? "" : `.${String(micros).padStart(6, "0").replace(/0+$/, "")}`;
}
