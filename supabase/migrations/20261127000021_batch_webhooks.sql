-- A line of a batch can name a one-off url as a single request can; it waits here for the job to be made.
alter table batch_items add column webhook_url text;
