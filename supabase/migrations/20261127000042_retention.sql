-- Bytes and rows of files are in two places, and several processes may store and remove the same bytes. An upload says
-- here that its bytes are about to come, before it stores them; the row of the file takes its place.
create table arriving_files (
  id text collate "C" primary key,
  tenant_id text not null,
  storage_key text not null,
  at timestamptz(3) not null default clock_timestamp()
);
create index arriving_files_by_storage_key on arriving_files (storage_key);

-- Bytes that nobody needs any more, written with the deletion of their last file, until they are gone.
create table leaving_bytes (
  storage_key text primary key,
  tenant_id text not null,
  at timestamptz(3) not null default clock_timestamp()
);

-- Which process does a piece of maintenance, and when it was last begun: all of them together do it once a time.
create table maintenance_passes (
  name text primary key,
  owner text not null,
  begun_at timestamptz(3) not null,
  alive_until timestamptz(3) not null
);

-- Also for jobs that have ended: as long as one is there that a file was read for, the file stays.
create index research_by_file on research using gin (file_ids) where file_ids <> '{}';
drop index research_using_file;

alter table arriving_files enable row level security;
alter table leaving_bytes enable row level security;
alter table maintenance_passes enable row level security;
do $$
declare
  visitor text;
begin
  -- Supabase grants these two everything on each new table.
  foreach visitor in array array['anon', 'authenticated'] loop
    continue when to_regrole(visitor) is null;
    execute format('revoke all on public.arriving_files, public.leaving_bytes, public.maintenance_passes from %I', visitor);
  end loop;
end
$$;
