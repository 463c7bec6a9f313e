/** What the `Content-Disposition` of a form part names; null where it names no such thing. */
export type FormDataDisposition = { name: string | null; fileName: string | null };

const PARAMETER = /;\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/gs;

/**
 * Reads `form-data; name="file"; filename="…"; filename*=UTF-8''…` from a header whose bytes are given as latin1. The
 * extended form (RFC 5987) wins where both are there: some clients put an approximation into the plain one.
 */
export function readFormDataDisposition(header: string): FormDataDisposition | null {
  if (!/^form-data\s*(?:;|$)/i.test(header)) return null;
  const parameters = new Map<string, string>();
  for (const [, key = "", quoted, token] of header.matchAll(PARAMETER)) {
    parameters.set(key.toLowerCase(), quoted === undefined ? (token ?? "").trim() : unquote(quoted));
  }
  const plain = parameters.get("filename");
  const name = parameters.get("name");
  return {
    name: name === undefined ? null : utf8(name),
    fileName: extended(parameters.get("filename*")) ?? (plain === undefined ? null : utf8(plain)),
  };
}

/**
 * Undoes what clients do to a quote: curl puts a backslash before it, browsers write `%22`, and line ends likewise.
 * Nothing else is escaped; `C:\data\ae.csv`, as old browsers send it, keeps its backslashes.
 */
function unquote(text: string): string {
  return text.replace(/\\(["\\])/g, "$1").replace(/%(?:22|0D|0A)/g, percentDecoded);
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("utf8");
}

function extended(value: string | undefined): string | null {
  const [, charset, encoded] = /^([\w-]+)'[\w-]*'(.*)$/s.exec(value ?? "") ?? [];
  if (charset === undefined || encoded === undefined) return null;
  const bytes = Buffer.from(percentDecoded(encoded), "latin1");
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    // A charset that nobody knows: the plain name will do.
    return null;
  }
}

/** Percent escapes as bytes, in latin1. */
function percentDecoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
