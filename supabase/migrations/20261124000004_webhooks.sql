-- Where a tenant wants to be told, and each telling as a row, so that it survives a restart.
create table webhook_endpoints (
  id text collate "C" primary key,
  tenant_id text not null,
  url text not null,
  events text[] not null,
  description text not null default '',
  secret text not null,
  -- Signs as well until it expires, so that a receiver can rotate without a gap.
  previous_secret text,
  previous_secret_expires_at timestamptz(3),
  disabled_at timestamptz(3),
  disabled_reason text,
  version integer not null default 1,
  created_at timestamptz(3) not null default clock_timestamp(),
  check ((previous_secret is null) = (previous_secret_expires_at is null)),
  check ((disabled_at is null) = (disabled_reason is null))
);
create index webhook_endpoints_by_tenant on webhook_endpoints (tenant_id, id desc);

-- The secret that signs one-off callbacks of a tenant.
create table webhook_secrets (
  tenant_id text primary key,
  secret text not null,
  created_at timestamptz(3) not null default clock_timestamp()
);

-- endpoint_id is null for the one-off url of a single job or batch.
create table webhook_deliveries (
  id text collate "C" primary key,
  tenant_id text not null,
  endpoint_id text collate "C" references webhook_endpoints (id) on delete cascade,
  research_id text collate "C" references research (id) on delete cascade,
  batch_id text collate "C" references batches (id) on delete cascade,
  url text not null,
  type text not null,
  body json not null,
  status text not null default 'pending' check (status in ('pending', 'delivered', 'failed')),
  attempts integer not null default 0 check (attempts >= 0),
  next_attempt_at timestamptz(3) default clock_timestamp(),
  last_status integer,
  last_error text,
  created_at timestamptz(3) not null default clock_timestamp(),
  delivered_at timestamptz(3),
  check ((status = 'pending') = (next_attempt_at is not null)),
  check ((status = 'delivered') = (delivered_at is not null))
);
create index webhook_deliveries_due on webhook_deliveries (next_attempt_at) where status = 'pending';
create index webhook_deliveries_by_endpoint on webhook_deliveries (endpoint_id, id desc);
create index webhook_deliveries_by_tenant on webhook_deliveries (tenant_id, id desc);
create index webhook_deliveries_by_research on webhook_deliveries (research_id) where research_id is not null;
create index webhook_deliveries_by_batch on webhook_deliveries (batch_id) where batch_id is not null;
