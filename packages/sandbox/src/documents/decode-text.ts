/** The encoding by its usual name, such as utf-8, utf-16le, iso-8859-1 or windows-1252. */
export type DecodedText = { text: string; encoding: string };

/**
 * Bytes of a text as a string. UTF-16 is known by its mark; what is valid UTF-8 is UTF-8; of the rest, bytes 0x80 to
 * 0x9F are control characters in Latin-1 and printed ones in Windows-1252, so their presence tells the two apart.
 * An encoding that the document itself declares is believed where it is not UTF-8.
 */
export function decodeText(bytes: Uint8Array, declared?: string): DecodedText {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decode(bytes, "utf-16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decode(bytes, "utf-16be");
  const utf8 = decodeUtf8(bytes);
  if (utf8 !== null) return { text: utf8, encoding: "utf-8" };
  const named = declared === undefined ? null : decodeDeclared(bytes, declared);
  if (named !== null) return named;
  const isWindows = bytes.some((byte) => byte >= 0x80 && byte <= 0x9f);
  if (isWindows) return decode(bytes, "windows-1252");
  return { text: Buffer.from(bytes).toString("latin1"), encoding: "iso-8859-1" };
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Not UTF-8: the caller tries what else it may be.
    return null;
  }
}

function decodeDeclared(bytes: Uint8Array, label: string): DecodedText | null {
  try {
    const decoder = new TextDecoder(label);
    // It has been tried, and UTF-16 without its mark would make anything of anything.
    return /^utf/.test(decoder.encoding) ? null : { text: decoder.decode(bytes), encoding: decoder.encoding };
  } catch {
    // An encoding that nobody knows: the bytes decide.
    return null;
  }
}

function decode(bytes: Uint8Array, encoding: string): DecodedText {
  return { text: new TextDecoder(encoding).decode(bytes), encoding };
}
