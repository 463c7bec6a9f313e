import { createLogger as createWinston, format, type Logger, transports } from "winston";

export type { Logger } from "winston";

/** Names of fields whose values never reach a log, whatever put them there. */
const SECRET_FIELD = /authorization|api[-_]?key|secret|password|token|cookie|database_?url/i;
// A key that slipped into a message or a stack: ours, OpenAI's, a bearer token, credentials in a URL.
const SECRET_TEXT = /\b(?:pdb_|whsec_|sk-)[\w-]{8,}|\bBearer\s+[\w.~+/-]{8,}=*|(?<=:\/\/)[^\s/@:]*:[^\s/@]+(?=@)/gi;
const MAX_DEPTH = 6;

function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return value.replace(SECRET_TEXT, "[redacted]");
  if (value === null || typeof value !== "object") return value;
  if (depth >= MAX_DEPTH) return "[too deep]";
  if (value instanceof Error) return describeError(value, depth);
  if (Array.isArray(value)) return value.map((entry) => redacted(entry, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      SECRET_FIELD.test(key) && typeof entry === "string" ? "[redacted]" : redacted(entry, depth + 1),
    ]),
  );
}

function describeError(error: Error, depth: number): Record<string, unknown> {
  const code = "code" in error ? { code: error.code } : {};
  const cause = error.cause === undefined ? {} : { cause: redacted(error.cause, depth + 1) };
  return { name: error.name, message: redacted(error.message), ...code, stack: redacted(error.stack ?? ""), ...cause };
}

const redact = format((entry) => {
  for (const key of Object.keys(entry)) {
    entry[key] = SECRET_FIELD.test(key) && typeof entry[key] === "string" ? "[redacted]" : redacted(entry[key]);
  }
  return entry;
});

export type LoggerOptions = {
  level: "error" | "warn" | "info" | "debug";
  /** The process that logs, such as `api`. */
  service: string;
  /** Where lines go; standard error unless told, since standard output belongs to the command's result. */
  stream?: NodeJS.WritableStream;
};

/**
 * A winston logger that writes one JSON object a line: `timestamp`, `level`, `message`, `service` and what the call
 * or `logger.child({request_id})` adds. Secrets are redacted by field name and by shape.
 */
export function createLogger({ level, service, stream = process.stderr }: LoggerOptions): Logger {
  return createWinston({
    level,
    defaultMeta: { service },
    format: format.combine(redact(), format.timestamp(), format.json()),
    transports: [new transports.Stream({ stream })],
  });
}
