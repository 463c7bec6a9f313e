// How many jobs a second one and two API processes accept on Redis and Postgres, as a ratio to the floor measured in
// the same run, in turns.
import { startApiProcess } from "@pharmadb/cli/testing";
import { startBenchChild } from "../child-process.ts";
import { type Figure, median, oneDecimal, percentile, printTable, twoDecimals } from "../figures.ts";
import { postAll } from "../load.ts";
import { startServers } from "./start-servers.ts";

const ROUNDS = 5;
const BODY = JSON.stringify({ question: "How many subjects had a serious adverse event?", sources: ["files"] });
/** By clients: posts in a round, and the ratio that is wanted. */
const LOADS = [
  { clients: 1, count: 400, target: 1 },
  { clients: 20, count: 1000, target: null },
  { clients: 200, count: 3000, target: 3 },
] as const;

type Round = { perSecond: number; tookMs: number[] };

async function round(urls: readonly string[], body: string, load: { count: number; clients: number }): Promise<Round> {
  const start = performance.now();
  const share = { count: load.count / urls.length, clients: Math.max(1, load.clients / urls.length) };
  const took = await Promise.all(urls.map((url) => postAll(url, body, share)));
  return { perSecond: (load.count / (performance.now() - start)) * 1000, tookMs: took.flat() };
}

export async function benchServersSubmit(): Promise<Figure[]> {
  await using servers = await startServers();
  await using floorChild = await startBenchChild(new URL("./floor-server.ts", import.meta.url), [
    servers.databaseUrl,
    servers.redisUrl,
  ]);
  const floor = await floorChild.ask<{ url: string; emptyUrl: string; bareUrl: string }>({});
  const env = { ...servers.env, MAX_CONCURRENT_REQUESTS: "1000", MAX_QUEUED_PER_TENANT: "1000000" };
  await using one = await startApiProcess({ env });
  await using two = await startApiProcess({ env });
  const file = await one.client.uploadFile(new URL("../../samples/trial/ae.csv", import.meta.url).pathname);
  const body = JSON.stringify({ ...JSON.parse(BODY), file_ids: [file.id] });
  const submitUrls = [one, two].map(({ url }) => `${url}/api/v1/research`);
  const sides = [
    { name: "floor", urls: [floor.url] },
    { name: "Express alone", urls: [floor.emptyUrl] },
    { name: "the rows alone", urls: [floor.bareUrl] },
    { name: "1 API", urls: submitUrls.slice(0, 1) },
    { name: "2 APIs", urls: submitUrls },
  ];
  const figures: Figure[] = [];
  const rows: (string | number)[][] = [];
  for (const load of LOADS) {
    const rounds = sides.map((): Round[] => []);
    for (let turn = 0; turn <= ROUNDS; turn++) {
      for (const [index, { urls }] of sides.entries()) {
        const made = await round(urls, body, load);
        // The first turn opens connections and warms up.
        if (turn > 0) rounds[index]?.push(made);
      }
    }
    const [least = []] = rounds;
    for (const [index, { name }] of sides.entries()) {
      const own = rounds[index] ?? [];
      const tookMs = own.flatMap((each) => each.tookMs);
      const ratio = median(own.map((each, turn) => each.perSecond / (least[turn]?.perSecond ?? Number.NaN)));
      const perSecond = Math.round(median(own.map((each) => each.perSecond)));
      const times = [0.5, 0.99].map((share) => oneDecimal(percentile(tookMs, share)));
      rows.push([load.clients, name, perSecond, ...times, twoDecimals(ratio)]);
      if (index === 0) continue;
      const target = name === "1 API" ? load.target : null;
      figures.push({
        name: `Redis and Postgres: submissions a second ÷ floor, ${load.clients} client${load.clients === 1 ? "" : "s"}, ${name}`,
        value: twoDecimals(ratio),
        target: target === null ? "" : `at least ${target}`,
        met: target === null ? null : ratio >= target,
      });
    }
  }
  printTable(
    `Submitting on Redis and Postgres (median of ${ROUNDS} rounds)`,
    ["clients", "", "/s", "p50 ms", "p99 ms", "÷ floor"],
    rows,
  );
  return figures;
}
