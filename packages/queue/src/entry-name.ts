/** One dispatch of a job, which is what an entry on the queue stands for. */
export type Entry = { id: string; dispatch: number };

const NAME = /^(.+)\.(\d+)$/;

/** The name under which BullMQ keeps an entry. */
export function entryName({ id, dispatch }: Entry): string {
  return `${id}.${dispatch}`;
}

/** The entry of this name; null where we have not made it. */
export function parseEntryName(name: string): Entry | null {
  const [, id, dispatch] = NAME.exec(name) ?? [];
  return id === undefined ? null : { id, dispatch: Number(dispatch) };
}
