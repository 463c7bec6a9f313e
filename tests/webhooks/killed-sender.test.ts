import { describe, expect, test } from "vitest";
import { startReceiver } from "../doubles/receiver/start-receiver.ts";
import { missingServers } from "../end-to-end/start-servers.ts";
import { startEmbedded, startServerSize } from "./start-size.ts";

const missing = await missingServers();

const SIZES = [
  { name: "embedded", start: startEmbedded, skipped: false },
  { name: "as processes on Redis and Postgres", start: startServerSize, skipped: missing.length > 0 },
];

describe.for(SIZES)("$name", ({ start, skipped }) => {
  test.skipIf(skipped)(
    "a sender killed between the sending and the record sends the same message again, byte for byte",
    { timeout: 180_000 },
    async () => {
      await using size = await start();
      await using receiver = await startReceiver();
      const { id: jobId, secret } = await size.endJob(receiver.url);
      receiver.trust(secret);
      // The receiver has the message and keeps its answer to itself, so that nothing of it can be recorded.
      receiver.react(() => "hang");
      const killed = await size.startSender();
      await receiver.until((received) => received.length === 1);
      await killed.kill();

      receiver.react(() => ({ status: 200 }));
      await using after = await size.goOn();
      await expect
        .poll(async () => (await after.deliveries()).map(({ status }) => status), { timeout: 90_000 })
        .toEqual(["delivered"]);
      const [delivery] = await after.deliveries();
      expect(delivery).toMatchObject({ research_id: jobId });
      const [lost, told] = receiver.received;
      expect(receiver.received).toHaveLength(2);
      expect([told?.id, told?.raw]).toEqual([lost?.id, lost?.raw]);
      expect(told?.timestamp).toBeGreaterThan(lost?.timestamp ?? Number.POSITIVE_INFINITY);
      expect(told?.signatures).not.toEqual(lost?.signatures);
      // The attempt that was lost stays in the log, without an outcome.
      expect(delivery?.attempts.map(({ n, status, error }) => [n, status, error])).toEqual([
        [1, null, null],
        [2, 200, null],
      ]);
    },
  );
});
