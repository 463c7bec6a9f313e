import type { PgNotification, PgPool, PgPoolClient } from "bullmq";
import { replaceMethods } from "../replace-methods.ts";

type Listener = (message: PgNotification) => void;

/**
 * The pool with clients on which no notification gets lost: one that comes while nobody listens is given to the next
 * listener, as `message`. BullMQ's event reader listens only while it waits, and would miss what happens between its
 * read and its wait. The first listener of a client gets it in any case, for what happened before its `LISTEN`.
 */
export function keepNotifications(pool: PgPool, message: PgNotification): PgPool {
  return replaceMethods(pool, { connect: async () => keeping(await pool.connect(), message) });
}

function keeping(client: PgPoolClient, message: PgNotification): PgPoolClient {
  const listening = new Set<Listener>();
  let kept = true;
  client.on("notification", (arrived) => {
    if (listening.size === 0) kept = true;
    for (const listener of [...listening]) listener(arrived);
  });

  function listen(listener: Listener): void {
    listening.add(listener);
    // Not before the caller has finished what it does with the listener; it may have given it up by then.
    queueMicrotask(() => {
      if (!kept || !listening.has(listener)) return;
      kept = false;
      listener(message);
    });
  }

  const kind = (event: string) => event === "notification";
  const wrapped: PgPoolClient = replaceMethods(client, {
    on(event: string, listener: Listener) {
      if (kind(event)) listen(listener);
      else (client.on as (event: string, listener: Listener) => unknown).call(client, event, listener);
      return wrapped;
    },
    removeListener(event: string, listener: Listener) {
      if (kind(event)) listening.delete(listener);
      return wrapped;
    },
    removeAllListeners(event?: string) {
      listening.clear();
      if (event === undefined || !kind(event)) client.removeAllListeners(event);
      return wrapped;
    },
  });
  return wrapped;
}
