-- Uploaded files. Identical uploads of a tenant share their bytes through an equal storage_key.
create table files (
  id text collate "C" primary key,
  tenant_id text not null,
  name text not null,
  bytes bigint not null check (bytes >= 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  media_type text not null,
  kind text not null check (kind in ('table', 'document')),
  profile json not null,
  storage_key text not null,
  created_at timestamptz(3) not null default clock_timestamp()
);
create index files_by_tenant on files (tenant_id, id desc);
create index files_by_storage_key on files (storage_key);
