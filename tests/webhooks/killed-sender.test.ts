import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startReceiver } from "../doubles/receiver/start-receiver.ts";
import { temporaryFolder } from "../end-to-end/temporary-folder.ts";
import { openSender } from "./open-sender.ts";

const SCRIPT = fileURLToPath(new URL("./deliver-until-killed.ts", import.meta.url));

test("a sender killed between the sending and the record sends the same message again, byte for byte", async () => {
  await using folder = await temporaryFolder();
  const dataDir = join(folder.path, "record");
  await using receiver = await startReceiver();
  await using stack = new AsyncDisposableStack();
  let jobId = "";
  {
    await using before = await openSender({ dataDir });
    receiver.trust((await before.endpoint(receiver.url)).secret);
    jobId = await before.endJob();
  }
  // The receiver has the message and keeps its answer to itself, so that nothing of it can be recorded.
  receiver.react(() => "hang");
  const child = spawn(process.execPath, [SCRIPT, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  stack.defer(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit");
  await receiver.until((received) => received.length === 1);
  child.kill("SIGKILL");
  await exited;

  receiver.react(() => ({ status: 200 }));
  await using after = await openSender({ dataDir });
  await using _serving = await after.serve();
  const [delivery] = await after.until(([first]) => first?.status === "delivered");
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
}, 180_000);
