const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** Text for a line of a terminal: what others have written must not steer it, or end the line. */
export function oneLine(text: string): string {
  return text.replace(UNSEEN, " ");
}
