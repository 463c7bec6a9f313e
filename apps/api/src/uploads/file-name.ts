const MAX_LENGTH = 255;
const MAX_EXTENSION = 20;

// Control characters, and the marks that make text read in another direction than it is stored ("gpj.exe").
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** A client's file name as a name only: no path, nothing hidden in it, at most 255 characters; empty if nothing is left. */
export function cleanFileName(sent: string): string {
  const base = sent.toWellFormed().split(/[/\\]/).at(-1) ?? "";
  const name = base.replace(HIDDEN, "").normalize("NFC").trim();
  return name === "." || name === ".." ? "" : shorten(name);
}

/** Cut before the extension, which tells the format. */
function shorten(name: string): string {
  if (name.length <= MAX_LENGTH) return name;
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 && name.length - dot <= MAX_EXTENSION ? name.slice(dot) : "";
  return (name.slice(0, MAX_LENGTH - extension.length) + extension).toWellFormed();
}
