-- How many requests a minute a key may make; null: as the service is set.
alter table api_keys add column rate_per_minute integer check (rate_per_minute > 0);
