import { groupCalls } from "@pharmadb/contracts";
import { createPostgresBackend, type PgPool, QueueEvents, type QueueEventsListener, QueueEventsProducer } from "bullmq";
import type { OnError, OpenWakeups } from "../backend.ts";
import { createSubscriptions } from "../create-subscriptions.ts";
import { keepNotifications } from "./keep-notifications.ts";

const WAKEUPS = "wakeups";
const WAKEUP = "wakeup";
/** What BullMQ's PostgreSQL backend waits for. */
const WAKE = { channel: "bullmq_events", payload: WAKEUPS };
const MAX_EVENTS = 1000;
/** BullMQ leaves out a notification where several connections publish at once; this is how late one may be then. */
const READ_AGAIN_MS = 500;

type Listener = QueueEventsListener & { [WAKEUP]: (event: { ids: string }) => void };

/** Opens the wake-ups, as events of a BullMQ queue that has no jobs. */
export async function openPostgresWakeups(connection: PgPool, onError: OnError): Promise<OpenWakeups> {
  const factory = createPostgresBackend;
  const { subscribe, tell } = createSubscriptions();
  await using stack = new AsyncDisposableStack();
  const producer = stack.adopt(new QueueEventsProducer(WAKEUPS, { connection }, factory), (opened) => opened.close());
  producer.on("error", onError);
  // Without a known event to start from, BullMQ starts at "now" again and again until the first event has come.
  const lastEventId = await producer.getBackend().publishEvent({ event: "opened" }, MAX_EVENTS);
  const events = stack.adopt(
    new QueueEvents(
      WAKEUPS,
      { connection: keepNotifications(connection, WAKE), lastEventId, blockingTimeout: READ_AGAIN_MS },
      factory,
    ),
    (opened) => opened.close(),
  );
  events.on("error", onError);
  events.on<Listener, typeof WAKEUP>(WAKEUP, ({ ids }) => tell(ids.split(" ")));
  const notify = groupCalls<string, void>(async (ids) => {
    await producer.publishEvent({ eventName: WAKEUP, ids: [...new Set(ids)].join(" ") }, MAX_EVENTS);
    return ids.map(() => undefined);
  });
  const opened = stack.move();
  return { notify, subscribe, close: () => opened.disposeAsync() };
}
