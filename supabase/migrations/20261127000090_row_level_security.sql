-- On Supabase whoever holds a key of the project reaches the schema `public` through PostgREST and Realtime. A user
-- there sees the research of its own tenant and changes nothing; all other tables are the service's own. The service
-- connects as the owner of the tables, whom row level security leaves alone.

-- The tenant of whoever asks. For a project whose tokens carry it elsewhere, replace this function and set
-- SUPABASE_TENANT_CLAIM to the same place.
create function pharmadb_tenant() returns text
  language sql stable parallel safe set search_path = ''
  as $$ select nullif(current_setting('request.jwt.claims', true), '')::json #>> '{app_metadata,tenant_id}' $$;

-- For every role, so that they hold for roles that are made later. The subselect is evaluated once a query.
create policy own_tenant on research for select using (tenant_id = (select public.pharmadb_tenant()));
create policy own_tenant on research_events for select using (tenant_id = (select public.pharmadb_tenant()));
create policy own_tenant on evidence for select using (tenant_id = (select public.pharmadb_tenant()));

-- Without Supabase's roles and publication this denies all rows to all roles but the owner. A record that moves to
-- Supabase afterwards gets its grants and its publication by `select pharmadb_guard()`, which may run at any time.
create function pharmadb_guard() returns void
  language plpgsql set search_path = ''
  as $$
declare
  hidden constant text[] := array[
    'schema_migrations', 'files', 'batches', 'batch_items', 'batch_files', 'batch_moves', 'batch_idempotency_keys',
    'journal_steps', 'idempotency_keys',
    'webhook_endpoints', 'webhook_secrets', 'webhook_deliveries', 'api_keys',
    'tenants', 'share_charges', 'worker_processes', 'dispatch_state',
    'audit_log', 'audit_seals', 'arriving_files', 'leaving_bytes', 'maintenance_passes'
  ];
  shown constant text[] := array['research', 'research_events', 'evidence'];
  published constant text[] := array['research', 'research_events'];
  visitor text;
  name text;
begin
  foreach name in array hidden || shown loop
    execute format('alter table public.%I enable row level security', name);
    -- Supabase grants these two everything on each new table, and `truncate` asks no policy.
    foreach visitor in array array['anon', 'authenticated'] loop
      continue when to_regrole(visitor) is null;
      execute format('revoke all on public.%I from %I', name, visitor);
    end loop;
  end loop;

  if to_regrole('authenticated') is not null then
    foreach name in array shown loop
      execute format('grant select on public.%I to authenticated', name);
    end loop;
  end if;

  begin
    if exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime' and not puballtables) then
      foreach name in array published loop
        continue when exists (
          select from pg_catalog.pg_publication_tables as p
          where p.pubname = 'supabase_realtime' and p.schemaname = 'public' and p.tablename = name
        );
        execute format('alter publication supabase_realtime add table public.%I', name);
      end loop;
    end if;
  exception
    when insufficient_privilege then
      raise warning 'The publication supabase_realtime has another owner, who has to add research and research_events to it.';
  end;
end
$$;
-- It changes nothing that its caller could not change; it is only no business of a visitor.
revoke execute on function pharmadb_guard() from public;

select pharmadb_guard();
