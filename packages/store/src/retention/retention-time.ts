const DAY_MS = 86_400_000;
/** What grows by itself, such as the log of webhooks, is kept so long where nothing else is said. */
const LOG_DAYS = 90;

/** When what is submitted at this time may be erased; null where nothing ever is. */
export function expiryAfter(at: Date, retentionDays: number | null): Date | null {
  return retentionDays === null ? null : new Date(at.getTime() + retentionDays * DAY_MS);
}

/** The time since when logs are kept; what is older may be erased, also where nothing else ever is. */
export function logsKeptSince(now: Date, retentionDays: number | null): Date {
  return daysBefore(now, retentionDays ?? LOG_DAYS);
}

export function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * DAY_MS);
}
