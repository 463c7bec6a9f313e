-- A public id made in a statement, as `newId` makes it: 48 bits of milliseconds, then random ones, in Crockford's base 32.
create function new_id(prefix text) returns text
  language sql volatile set search_path = ''
  as $$
    select prefix || '_' || string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', digit + 1, 1), '' order by position)
    from (select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms, uuid_send(gen_random_uuid()) as random) as seed,
      lateral (
        select position, ((ms >> (45 - 5 * position)) & 31)::integer as digit from generate_series(0, 9) as position
        union all
        -- Five bits of each byte: the bits that are the same in all such numbers are not among them, but for one.
        select 10 + byte, get_byte(random, byte) & 31 from generate_series(0, 15) as byte
      ) as digits
  $$;

-- Out of the request, which may hold what the database's JSON functions refuse (U+0000).
alter table research add column webhook_url text;

alter table webhook_endpoints
  -- The row of failures without a success between; what it is long enough for disables the endpoint.
  add column consecutive_failures integer not null default 0 check (consecutive_failures >= 0),
  add column failing_since timestamptz(3),
  add column updated_at timestamptz(3) not null default clock_timestamp(),
  add check ((consecutive_failures = 0) = (failing_since is null)),
  add check (cardinality(events) > 0);

-- What happened to an endpoint, for its owner to read.
create table webhook_endpoint_events (
  id text collate "C" primary key,
  endpoint_id text collate "C" not null references webhook_endpoints (id) on delete cascade,
  tenant_id text not null,
  type text not null check (type in ('disabled', 'enabled', 'secret_rotated')),
  detail text,
  at timestamptz(3) not null default clock_timestamp()
);
create index webhook_endpoint_events_by_endpoint on webhook_endpoint_events (endpoint_id, id desc);

alter table webhook_deliveries
  -- The exact bytes that are signed and sent at each attempt.
  alter column body type text using body::text,
  -- Attempts since the schedule began; a redelivery begins it anew, while `attempts` goes on counting.
  add column tries integer not null default 0 check (tries >= 0),
  -- Who takes it, for the limits: the endpoint, or the tenant and the origin of a one-off url.
  add column receiver text collate "C";
update webhook_deliveries
  set receiver = coalesce(endpoint_id, tenant_id || ' ' || lower(substring(url from '^[^/]+//[^/?#]+')));
alter table webhook_deliveries alter column receiver set not null;

-- While an attempt runs, `next_attempt_at` is the time at which it counts as lost with its process.
drop index webhook_deliveries_due;
create index webhook_deliveries_due on webhook_deliveries (receiver, next_attempt_at) where status = 'pending';

-- One row an attempt, written before the request is sent: one without an outcome was lost with its process.
create table webhook_attempts (
  delivery_id text collate "C" not null references webhook_deliveries (id) on delete cascade,
  n integer not null check (n >= 1),
  tenant_id text not null,
  at timestamptz(3) not null default clock_timestamp(),
  latency_ms integer,
  -- Of the answer; null where none came, and then the error says why.
  status integer,
  error text,
  answer text,
  primary key (delivery_id, n)
);

-- Deliveries are written by triggers, so that no statement that ends something can forget them, and so that they are in
-- its transaction. The plans of a trigger are kept, where those of each statement would be made anew.
create function wire_time(at timestamptz) returns text
  language sql stable parallel safe
  return to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

-- One delivery for each endpoint of the tenant that listens, and one for the one-off url. The text of the message is
-- made here, once, and is what every attempt signs and sends.
create function write_webhook_deliveries(
  of_tenant text, of_research text, of_batch text, message_type text, ended_at timestamptz, data json, one_off_url text
) returns void
  language plpgsql set search_path = 'public'
  as $$
declare
  message constant text :=
    json_build_object('type', message_type, 'timestamp', wire_time(ended_at), 'data', data)::text;
begin
  insert into webhook_deliveries (id, tenant_id, endpoint_id, research_id, batch_id, url, type, body, receiver)
  select new_id('whd'), of_tenant, id, of_research, of_batch, url, message_type, message, id from webhook_endpoints
  where tenant_id = of_tenant and disabled_at is null and message_type = any (events);
  if one_off_url is not null then
    insert into webhook_deliveries (id, tenant_id, research_id, batch_id, url, type, body, receiver)
    values (
      new_id('whd'), of_tenant, of_research, of_batch, one_off_url, message_type, message,
      of_tenant || ' ' || lower(substring(one_off_url from '^[^/]+//[^/?#]+'))
    );
  end if;
end
$$;

-- What a job found is not told, only where to fetch it, so that reading it is an act of the reader's.
create function tell_of_research() returns trigger
  language plpgsql
  as $$
begin
  if new.webhook_url is not null or exists (
    select from public.webhook_endpoints where tenant_id = new.tenant_id and disabled_at is null
  ) then
    perform public.write_webhook_deliveries(
      new.tenant_id, new.id, null, 'research.' || new.status, new.finished_at,
      json_build_object(
        'id', new.id, 'object', 'research', 'status', new.status,
        'batch_id', new.batch_id, 'custom_id', new.custom_id, 'metadata', new.metadata,
        'created_at', public.wire_time(new.created_at), 'finished_at', public.wire_time(new.finished_at), 'error', new.error,
        'links', json_build_object(
          'self', '/api/v1/research/' || new.id, 'report', '/api/v1/research/' || new.id || '/report'
        )
      ),
      new.webhook_url
    );
  end if;
  return null;
end
$$;
create trigger research_ended after update of status on research
  for each row when (old.finished_at is null and new.finished_at is not null)
  execute function tell_of_research();

create function tell_of_batch() returns trigger
  language plpgsql
  as $$
begin
  if new.webhook is not null or exists (
    select from public.webhook_endpoints where tenant_id = new.tenant_id and disabled_at is null
  ) then
    perform public.write_webhook_deliveries(
      new.tenant_id, null, new.id, 'batch.' || new.status, new.finished_at,
      json_build_object(
        'id', new.id, 'object', 'batch', 'status', new.status,
        'counts', json_build_object(
          'total', new.total, 'completed', new.completed, 'failed', new.failed, 'cancelled', new.cancelled,
          'invalid', new.invalid
        ),
        'metadata', new.metadata,
        'created_at', public.wire_time(new.created_at), 'finished_at', public.wire_time(new.finished_at), 'error', new.error,
        'links', json_build_object(
          'self', '/api/v1/batches/' || new.id, 'results', '/api/v1/batches/' || new.id || '/results'
        )
      ),
      new.webhook ->> 'url'
    );
  end if;
  return null;
end
$$;
create trigger batch_ended after update of status on batches
  for each row when (old.finished_at is null and new.finished_at is not null)
  execute function tell_of_batch();

revoke execute on function new_id(text), wire_time(timestamptz) from public;
revoke execute on function write_webhook_deliveries(text, text, text, text, timestamptz, json, text) from public;

alter table webhook_endpoint_events enable row level security;
alter table webhook_attempts enable row level security;
do $$
declare
  visitor text;
begin
  -- Supabase grants these two everything on each new table.
  foreach visitor in array array['anon', 'authenticated'] loop
    continue when to_regrole(visitor) is null;
    execute format('revoke all on public.webhook_endpoint_events, public.webhook_attempts from %I', visitor);
  end loop;
end
$$;
