-- Times that are compared with the clock are kept whole. Rounded to milliseconds, half of them lay in the future for a
-- moment, and what looked at once did not find what had just become due.
alter table webhook_deliveries alter column next_attempt_at type timestamptz;
alter table maintenance_passes alter column begun_at type timestamptz, alter column alive_until type timestamptz;
