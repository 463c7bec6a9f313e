import { PRIORITIES } from "@pharmadb/contracts";
import { z } from "zod";
import type { Sql } from "../sql.ts";

/** So many of a priority are looked at and no more: a figure for a graph must not read hundreds of thousands of rows. */
const MAX_COUNTED = 10_000;

const Row = z.object({ priority: z.enum(PRIORITIES), jobs: z.int(), oldest_seconds: z.number() });

type BacklogCount = { priority: (typeof PRIORITIES)[number]; jobs: number; oldestSeconds: number };

// From the index of the backlog alone, and by priority, lest a large batch hide what waits behind it.
const COUNT = `
  select priority, count(ready_at)::integer as jobs,
    greatest(0, coalesce(extract(epoch from clock_timestamp() - min(ready_at)), 0))::double precision as oldest_seconds
  from unnest($1::text[]) as given (priority)
  left join lateral (
    select ready_at from research
    where status = 'queued' and dispatched_at is null and research.priority = given.priority
    limit ${MAX_COUNTED}
  ) as waiting on true
  group by priority
  order by priority`;

/**
 * How many jobs of each priority wait in the backlog, and since when the first of them could have been dispatched.
 * Exact below 10,000 of a priority; above that it says 10,000, and the oldest among those.
 */
export async function countBacklog(sql: Sql): Promise<BacklogCount[]> {
  const rows = await sql.query(COUNT, [PRIORITIES]);
  return z
    .array(Row)
    .parse(rows)
    .map(({ priority, jobs, oldest_seconds }) => ({ priority, jobs, oldestSeconds: oldest_seconds }));
}
