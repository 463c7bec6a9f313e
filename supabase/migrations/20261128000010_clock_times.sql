-- Times that are compared with the clock are kept whole, as those of 20261127000091: a worker that had just said that it
-- lives, or an endpoint that had just failed, did so in the future for up to half a millisecond.
alter table worker_processes
  alter column seen_at type timestamptz,
  alter column alive_until type timestamptz,
  alter column steady_since type timestamptz;
alter table webhook_endpoints
  alter column failing_since type timestamptz,
  alter column previous_secret_expires_at type timestamptz;
