-- API keys, by the hash of their secret part; the key itself is shown once and never stored.
create table api_keys (
  id text collate "C" primary key,
  tenant_id text not null,
  name text not null default '',
  key_sha256 text not null unique,
  -- The first characters, so that its owner can tell one key from another.
  prefix text not null,
  scopes text[] not null check (scopes <@ array['read', 'write', 'admin'] and cardinality(scopes) > 0),
  created_at timestamptz(3) not null default clock_timestamp(),
  last_used_at timestamptz(3),
  expires_at timestamptz(3),
  revoked_at timestamptz(3)
);
create index api_keys_by_tenant on api_keys (tenant_id, id desc);
