import { AppError } from "@pharmadb/contracts";

/** A URL that is never opened, whatever the other side does. */
export function refused(message: string, cause?: unknown): AppError {
  return new AppError("url_refused", message, { cause });
}

/**
 * The same words for a name that does not exist and one that leads to a private address: an outsider shall not learn
 * which names there are inside.
 */
export function refusedName(cause?: unknown): AppError {
  return refused("The host name does not resolve to public addresses only.", cause);
}

/** A failure of the network or of the other side, told without addresses; the cause is for the log. */
export function unreachable(cause: unknown): AppError {
  return new AppError("unreachable", WORDS[codeOf(cause)] ?? otherWords(codeOf(cause)), { cause });
}

const WORDS: Record<string, string> = {
  ECONNREFUSED: "The connection was refused.",
  ECONNRESET: "The connection was closed before an answer came.",
  EPIPE: "The connection was closed before an answer came.",
  EHOSTUNREACH: "The host cannot be reached.",
  ENETUNREACH: "The host cannot be reached.",
  ETIMEDOUT: "The connection could not be opened in time.",
  HPE_HEADER_OVERFLOW: "The headers of the answer are too large.",
};

function otherWords(code: string): string {
  if (code.startsWith("HPE_")) return "The answer is not HTTP.";
  if (/CERT|SSL|TLS|SELF_SIGNED|ISSUER|ALTNAME/.test(code)) return `The TLS connection failed: ${code}.`;
  return "The connection failed.";
}

/** The code of an error; where several addresses were tried, that of the first. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
