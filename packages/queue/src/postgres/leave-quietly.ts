import type { PgPool, PgPoolClient } from "bullmq";
import { replaceMethods } from "../replace-methods.ts";

const LISTENS = /^listen\b/im;

/**
 * The pool with clients that stop listening before they are given back. A pooler that takes a connection back on which
 * notifications come in may otherwise pass on the answer to its own reset to whoever is given that connection next.
 */
export function leaveQuietly(pool: PgPool): PgPool {
  return replaceMethods(pool, { connect: async () => quiet(await pool.connect()) });
}

function quiet(client: PgPoolClient): PgPoolClient {
  let listens = false;
  return replaceMethods(client, {
    query(text: string, parameters?: unknown[]) {
      if (LISTENS.test(text)) listens = true;
      return client.query(text, parameters);
    },
    release(destroy?: boolean) {
      if (!listens) return client.release(destroy);
      // BullMQ has taken its listeners away, and an error that nobody hears would end the process.
      client.on("error", () => undefined);
      const left = client.query("unlisten *").then(
        () => client.release(destroy),
        // Without an answer the statement may still be under way, and nothing can follow it.
        () => client.release(true),
      );
      // A pool that ends meanwhile has taken the client back itself, and refuses it.
      left.catch(() => undefined);
    },
  });
}
