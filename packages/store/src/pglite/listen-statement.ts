const LISTEN = /^(?:\s+|--[^\n]*\n)*(un)?listen\s+(?:"((?:[^"]|"")+)"|([a-z_][\w$]*|\*))\s*;?\s*$/i;

/** What a `LISTEN` or `UNLISTEN` statement asks for, under the channel's name as notifications carry it. */
export function listenStatement(text: string): { kind: "listen" | "unlisten"; channel: string } | null {
  const match = LISTEN.exec(text);
  if (!match) return null;
  const [, un, quoted, plain] = match;
  const channel = quoted?.replaceAll('""', '"') ?? plain?.toLowerCase() ?? "";
  return { kind: un ? "unlisten" : "listen", channel };
}
