import { createLogger as createWinston, format, type Logger, transports } from "winston";

import { describeError } from "./describe-error.ts";

export type { Logger } from "winston";

/** Names of fields whose values never reach a log, whatever put them there. */
const SECRET_FIELD = /authorization|api[-_]?key|secret|password|token|cookie|database_?url/i;
// A key that slipped into a message or a stack: ours, OpenAI's, a bearer token, credentials in a URL.
const SECRET_TEXT = /\b(?:pdb_|whsec_|sk-)[\w-]{8,}|\bBearer\s+[\w.~+/-]{8,}=*|(?<=:\/\/)[^\s/@:]*:[^\s/@]+(?=@)/gi;
const REDACTED = "[redacted]";
const MAX_DEPTH = 8;

/** Blanks secrets by the name of their field, by their shape, and by themselves. */
function createRedaction(secrets: readonly string[]) {
  // The longest first, for one may be a part of another.
  const known = [...secrets].sort((a, b) => b.length - a.length);

  function text(value: string): string {
    const shaped = value.replace(SECRET_TEXT, REDACTED);
    return known.reduce((blanked, secret) => blanked.replaceAll(secret, REDACTED), shaped);
  }

  function field(key: string, value: unknown, depth: number): unknown {
    return SECRET_FIELD.test(key) && typeof value === "string" ? REDACTED : redacted(value, depth);
  }

  function redacted(value: unknown, depth: number): unknown {
    if (typeof value === "string") return text(value);
    if (value === null || typeof value !== "object") return value;
    if (depth >= MAX_DEPTH) return "[too deep]";
    if (value instanceof Error) return redacted(describeError(value), depth);
    if (Array.isArray(value)) return value.map((entry) => redacted(entry, depth + 1));
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, field(key, entry, depth + 1)]));
  }

  return format((entry) => {
    for (const key of Object.keys(entry)) entry[key] = field(key, entry[key], 0);
    return entry;
  });
}

export type LoggerOptions = {
  level: "error" | "warn" | "info" | "debug";
  /** The process that logs, such as `api`. */
  service: string;
  /** Values that must not be in any line, whatever brings them there: keys and passwords of the configuration. */
  secrets?: readonly string[];
  /** Where lines go; standard error unless told, since standard output belongs to the command's result. */
  stream?: NodeJS.WritableStream;
};

/**
 * A winston logger that writes one JSON object a line: `timestamp`, `level`, `message`, `service` and what the call
 * or `logger.child({request_id})` adds. Secrets are redacted by field name, by shape and by
 * value; messages of errors that are about somebody's data are left out.
 */
export function createLogger({ level, service, secrets = [], stream = process.stderr }: LoggerOptions): Logger {
  return createWinston({
    level,
    defaultMeta: { service },
    format: format.combine(createRedaction(secrets)(), format.timestamp(), format.json()),
    transports: [new transports.Stream({ stream })],
  });
}
