import { EventEmitter } from "node:events";
import type { PoolClientSurface, PoolSurface, QueryResult } from "../database.ts";
import type { Row } from "../sql.ts";
import type { Exclusive } from "./exclusive.ts";
import { listenStatement } from "./listen-statement.ts";
import type { PgliteSession } from "./pglite-session.ts";

type Resources = {
  session: PgliteSession;
  exclusive: Exclusive;
  /** Calls back with each notification of the session. */
  onNotification(callback: (channel: string, payload: string) => void): void;
};

/**
 * The surface of `pg.Pool` over the one session of PGlite. A client that has begun a transaction holds the session
 * until it ends; a client outside one shares it statement by statement.
 */
export class PglitePool extends EventEmitter implements PoolSurface {
  /** BullMQ looks here: notifications cannot get lost in a dead socket, so a worker need not poll. */
  readonly options = { keepAlive: true, max: Number.POSITIVE_INFINITY };
  readonly #resources: Resources;
  readonly #clients = new Set<PgliteClient>();
  #ended = false;

  constructor(resources: Resources) {
    super();
    this.#resources = resources;
    resources.onNotification((channel, payload) => {
      for (const client of this.#clients) client.notify(channel, payload);
    });
  }

  async query<R = Row>(text: string, parameters?: readonly unknown[]): Promise<QueryResult<R>> {
    const client = await this.connect();
    try {
      return await client.query<R>(text, parameters);
    } finally {
      client.release();
    }
  }

  async connect(): Promise<PoolClientSurface> {
    if (this.#ended) throw new Error("Cannot use a pool after calling end on the pool");
    const client = new PgliteClient(this.#resources, {
      isListened: (channel) => [...this.#clients].some((each) => each.listensTo(channel)),
      onReleased: () => this.#clients.delete(client),
    });
    this.#clients.add(client);
    return client;
  }

  /** Ends every client that is still checked out, rolling back what it has begun. */
  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all([...this.#clients].map((client) => client.end()));
  }
}

type Membership = { isListened(channel: string): boolean; onReleased(): void };

class PgliteClient extends EventEmitter implements PoolClientSurface {
  readonly #resources: Resources;
  readonly #membership: Membership;
  readonly #channels = new Set<string>();
  #unlock: (() => void) | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #released = false;

  constructor(resources: Resources, membership: Membership) {
    super();
    this.#resources = resources;
    this.#membership = membership;
  }

  listensTo(channel: string): boolean {
    return this.#channels.has(channel);
  }

  notify(channel: string, payload: string): void {
    if (this.#channels.has(channel)) this.emit("notification", { channel, payload });
  }

  query<R = Row>(text: string, parameters?: readonly unknown[]): Promise<QueryResult<R>> {
    if (this.#released) return Promise.reject(new Error("The client has been released to the pool."));
    return this.#inOrder(() => this.#run(text, parameters)) as Promise<QueryResult<R>>;
  }

  release(): void {
    if (this.#released) throw new Error("The client has been released to the pool already.");
    void this.end();
  }

  async end(): Promise<void> {
    if (!this.#released) {
      this.#released = true;
      this.#last = this.#inOrder(() => this.#leave());
    }
    await this.#last;
  }

  /** As with `pg`, the statements of one client run one after the other, in the order of the calls. */
  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #run(text: string, parameters?: readonly unknown[]): Promise<QueryResult> {
    const { session, exclusive } = this.#resources;
    this.#unlock ??= await exclusive.acquire();
    try {
      return await this.#listenOrRun(text, parameters);
    } finally {
      if (!session.inTransaction()) this.#giveBack();
    }
  }

  async #listenOrRun(text: string, parameters?: readonly unknown[]): Promise<QueryResult> {
    const { session } = this.#resources;
    const statement = listenStatement(text);
    if (statement?.kind === "unlisten") {
      await this.#unlisten(statement.channel === "*" ? [...this.#channels] : [statement.channel]);
      return { rows: [], rowCount: null };
    }
    const result = await session.run(text, parameters);
    if (statement) this.#channels.add(statement.channel);
    return result;
  }

  /** The session listens for all clients, so it stops only when the last one has left the channel. */
  async #unlisten(channels: string[]): Promise<void> {
    for (const channel of channels) {
      this.#channels.delete(channel);
      if (!this.#membership.isListened(channel)) {
        await this.#resources.session.run(`unlisten "${channel.replaceAll('"', '""')}"`);
      }
    }
  }

  async #leave(): Promise<void> {
    const { session, exclusive } = this.#resources;
    if (this.#unlock) await session.run("rollback");
    if (this.#channels.size > 0) {
      this.#unlock ??= await exclusive.acquire();
      await this.#unlisten([...this.#channels]);
    }
    this.#giveBack();
    this.#membership.onReleased();
  }

  #giveBack(): void {
    this.#unlock?.();
    this.#unlock = null;
  }
}
