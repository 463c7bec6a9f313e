import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { RecordUnreachable } from "@pharmadb/store";
import { createLogger } from "@pharmadb/telemetry";
import { expect, test } from "vitest";
import { createComplaints } from "./complaints.ts";

test("complaints name what failed and why, and repeat nothing of a record that is away", async () => {
  const stream = new PassThrough();
  const complain = createComplaints(createLogger({ level: "info", service: "test", stream }));
  complain("sealing failed")(new RecordUnreachable(new Error("connect ECONNREFUSED")));
  complain("sealing failed", { batch_id: "bat_1" })(new Error("no such column"));
  stream.end();
  const [line, ...more] = (await text(stream)).trim().split("\n");
  expect(JSON.parse(line ?? "")).toMatchObject({
    ...{ level: "warn", message: "sealing failed", batch_id: "bat_1" },
    error: { message: "no such column" },
  });
  expect(more).toEqual([]);
});
