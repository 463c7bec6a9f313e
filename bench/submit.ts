// How many jobs a second the API accepts, as a ratio to the floor measured in the same run, in turns.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBenchChild } from "./child-process.ts";
import { type Figure, oneDecimal, percentile, printTable, twoDecimals } from "./figures.ts";
import { postAll } from "./load.ts";

const ROUNDS = 5;
const TARGET_RATIO = 0.8;
const CLIENTS = [1, 20, 200] as const;
/** Posts in a round: enough that opening the connections does not count. */
const countOf = (clients: number) => Math.max(400, 5 * clients);

type Target = { url: string; body: string };
type Round = { perSecond: number; took: number[] };

async function round({ url, body }: Target, clients: number): Promise<Round> {
  const count = countOf(clients);
  const start = performance.now();
  const took = await postAll(url, body, { count, clients });
  return { perSecond: (count / (performance.now() - start)) * 1000, took };
}

export async function benchSubmit(): Promise<Figure[]> {
  const folder = () => mkdtemp(join(tmpdir(), "pharmadb-bench-"));
  await using floorChild = await startBenchChild(new URL("./floor-server.ts", import.meta.url), [await folder()]);
  await using apiChild = await startBenchChild(new URL("./api-server.ts", import.meta.url), [await folder()]);
  const api = await apiChild.ask<{ url: string; fileId: string }>({});
  const body = JSON.stringify({ question: "How many subjects had a serious adverse event?", file_ids: [api.fileId] });
  const targets = {
    floor: { url: (await floorChild.ask<{ url: string }>({})).url, body },
    api: { url: api.url, body },
  };

  const figures: Figure[] = [];
  const rows: (string | number)[][] = [];
  for (const clients of CLIENTS) {
    await round(targets.floor, clients);
    await round(targets.api, clients);
    const floor: Awaited<ReturnType<typeof round>>[] = [];
    const ours: Round[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      floor.push(await round(targets.floor, clients));
      ours.push(await round(targets.api, clients));
    }
    const ratio = percentile(
      ours.map((each, i) => each.perSecond / (floor[i]?.perSecond ?? Number.NaN)),
      0.5,
    );
    const line = (runs: Round[]) => {
      const took = runs.flatMap((each) => each.took);
      const perSecond = percentile(
        runs.map((each) => each.perSecond),
        0.5,
      );
      return [Math.round(perSecond), oneDecimal(percentile(took, 0.5)), oneDecimal(percentile(took, 0.99))];
    };
    rows.push([clients, ...line(floor), ...line(ours), twoDecimals(ratio)]);
    figures.push({
      name: `submissions a second ÷ floor, ${clients} ${clients === 1 ? "client" : "clients"}`,
      value: twoDecimals(ratio),
      target: `at least ${TARGET_RATIO}`,
      met: ratio >= TARGET_RATIO,
    });
  }
  printTable(
    `Submitting (median of ${ROUNDS} rounds; target: at least ${TARGET_RATIO} of the floor)`,
    ["clients", "floor /s", "p50 ms", "p99 ms", "API /s", "p50 ms", "p99 ms", "API ÷ floor"],
    rows,
  );
  return figures;
}
