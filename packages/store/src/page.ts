/** One page of a list. The cursor is the id of its last item, null on the last page; ids sort by time. */
export type Page<T> = { data: T[]; nextCursor: string | null };

/** A page from up to one item more than it may hold. */
export function toPage<T extends { id: string }>(items: T[], limit: number): Page<T> {
  const data = items.slice(0, limit);
  return { data, nextCursor: items.length > limit ? (data.at(-1)?.id ?? null) : null };
}
