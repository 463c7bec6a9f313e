import { isUtf8 } from "node:buffer";
import { MIMEType } from "node:util";
import { AppError } from "@pharmadb/contracts";

/** ASCII is UTF-8 too. Written as clients write them: `UTF-8`, `utf8`, `'utf-8'`. */
const CHARSETS: ReadonlySet<string> = new Set(["utf8", "ascii", "usascii"]);

/** Refuses a content type that announces JSON in another charset, which JSON between systems never has (RFC 8259). */
export function checkJsonCharset(contentType: string): void {
  const charset = new MIMEType(contentType).params.get("charset");
  if (!charset || CHARSETS.has(charset.toLowerCase().replace(/[^a-z0-9]/g, ""))) return;
  throw new AppError("unsupported_media_type", `JSON is sent in UTF-8, not in the charset "${charset}".`);
}

/** The text of a JSON body, without its byte order mark. */
export function jsonText(bytes: Buffer): string {
  // Decoded all the same, each bad byte would be kept as U+FFFD.
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes);
  const place = `about byte ${firstBadByte(bytes) + 1}`;
  throw new AppError("invalid_json", `The body is not JSON: It is not UTF-8, from ${place} on.`);
}

/** Where the bytes differ from what is left of them once they have been read as UTF-8: at most three too late. */
function firstBadByte(bytes: Buffer): number {
  const readable = Buffer.from(bytes.toString("utf8"));
  const index = bytes.findIndex((byte, at) => byte !== readable[at]);
  return index === -1 ? bytes.length - 1 : index;
}
