import type { Queues } from "@pharmadb/queue";
import { listUnfinished, type Sql, type UnfinishedResearch } from "@pharmadb/store";

const PAGE = 1000;

/**
 * Puts every unfinished job back on the to-do list that is not on it; gives their number. The record is what counts:
 * losing the whole queue loses no accepted job. Jobs that this process runs are left alone, for another claim would
 * end their attempts.
 */
export async function reconcile(
  { sql, queues }: { sql: Sql; queues: Pick<Queues, "research"> },
  running: readonly string[],
): Promise<number> {
  const unfinished: Pick<UnfinishedResearch, "id" | "priority">[] = [];
  let page: UnfinishedResearch[];
  do {
    page = await listUnfinished(sql, { afterId: unfinished.at(-1)?.id ?? null, limit: PAGE });
    unfinished.push(...page.map(({ id, priority }) => ({ id, priority })));
  } while (page.length === PAGE);
  if (unfinished.length === 0) return 0;

  const missing = new Set(await queues.research.missing(unfinished.map(({ id }) => id)));
  const mine = new Set(running);
  const lost = unfinished.filter(({ id }) => missing.has(id) && !mine.has(id));
  for (let start = 0; start < lost.length; start += PAGE) {
    await queues.research.addBulk(lost.slice(start, start + PAGE));
  }
  return lost.length;
}
