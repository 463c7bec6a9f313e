// A large file through the API: how fast it is received, read and profiled, and what memory the API's process takes.
// The floor is a server that only receives and hashes the same bytes.
import { openAsBlob } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@pharmadb/client";
import { startBenchChild } from "./child-process.ts";
import { type Figure, forgetPeak, median, oneDecimal, printTable, residentBytes, twoDecimals } from "./figures.ts";
import { eventRows, openFolder, writeRows } from "./made-files.ts";

const ROUNDS = 3;
const ROWS = 2_000_000;
const MIB = 1024 * 1024;
const TARGET_GROWTH_MIB = 64;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function sendPlainly(url: string, path: string): Promise<void> {
  const body = new FormData();
  body.append("file", await openAsBlob(path), "ae.csv");
  await (await fetch(url, { method: "POST", body })).text();
}

export async function benchUpload(): Promise<Figure[]> {
  await using folder = await openFolder();
  await using floorChild = await startBenchChild(new URL("./receive-server.ts", import.meta.url));
  await using apiChild = await startBenchChild(new URL("./api-server.ts", import.meta.url), [join(folder.path, "api")]);
  const floorUrl = (await floorChild.ask<{ url: string }>({})).url;
  const client = createClient({ baseUrl: new URL((await apiChild.ask<{ url: string }>({})).url).origin });
  const path = join(folder.path, "ae.csv");

  const floor: number[] = [];
  const ours: number[] = [];
  const growth: number[] = [];
  const rows: (string | number)[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // Other bytes each time: a file that has been read before is not read again.
    await writeRows(path, eventRows(ROWS, round));
    const megabytes = (await stat(path)).size / 1e6;
    floor.push(megabytes / (await timed(() => sendPlainly(floorUrl, path))));
    forgetPeak(apiChild.pid);
    const before = residentBytes(apiChild.pid).now;
    ours.push(megabytes / (await timed(() => client.uploadFile(path))));
    const { peak } = residentBytes(apiChild.pid);
    growth.push((peak - before) / MIB);
    await rm(path);
    const speeds = [floor.at(-1) ?? 0, ours.at(-1) ?? 0].map(oneDecimal);
    rows.push([oneDecimal(megabytes), ...speeds, Math.round(before / MIB), Math.round(peak / MIB)]);
  }
  printTable(
    `Uploading and profiling a CSV of 100 MB (target: the API grows by less than ${TARGET_GROWTH_MIB} MiB)`,
    ["MB", "received and hashed MB/s", "uploaded and profiled MB/s", "API MiB before", "API MiB at the most"],
    rows,
  );
  const most = Math.max(...growth);
  return [
    {
      name: "upload and profile of a 100 MB CSV (÷ only receiving it)",
      value: `${oneDecimal(median(ours))} MB/s (${twoDecimals(median(ours) / median(floor))})`,
      target: "",
      met: null,
    },
    {
      name: "growth of the API's memory meanwhile",
      value: `${Math.round(most)} MiB`,
      target: `under ${TARGET_GROWTH_MIB} MiB`,
      met: most < TARGET_GROWTH_MIB,
    },
  ];
}
