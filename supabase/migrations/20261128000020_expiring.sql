-- Jobs of batches go with their batch. A walk through what has expired read all of them at each of its steps, a large batch
-- having one time for all.
drop index research_expiring;
create index research_expiring on research (expires_at, id) where expires_at is not null and batch_id is null;
