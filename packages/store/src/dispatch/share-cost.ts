/** So many tokens count as much as a second of a worker: about what a model reads and writes in that time. */
const TOKENS_PER_SECOND = 1000;

/**
 * What an attempt has cost its tenant's share until `end`, of a row of `research` named `row`: seconds of worker time,
 * and its tokens in seconds.
 */
export function shareCost(row: string, end: string): string {
  const seconds = `greatest(0, extract(epoch from ${end} - ${row}.claimed_at))`;
  const tokens = `greatest(0, ${row}.input_tokens + ${row}.output_tokens - ${row}.claimed_tokens)`;
  return `(coalesce(${seconds}, 0) + ${tokens} / ${TOKENS_PER_SECOND}.0)::float8`;
}
