// The floor of running jobs: a raw BullMQ worker whose jobs are the model calls of one of ours, by the plain SDK, and
// which stores nothing. Runs as a child of a benchmark.
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import OpenAI from "openai";
import { serveBench } from "../child-process.ts";

type Body = OpenAI.Responses.ResponseCreateParamsNonStreaming;
export type PlainAnswer = { wallMs: number; cpuMs: number };

const [redisUrl = "", modelUrl = "", concurrency = ""] = process.argv.slice(2);
const connect = () => new Redis(redisUrl, { maxRetriesPerRequest: null });
const connections = [connect(), connect()] as const;
const queue = new Queue("plain", { connection: connections[0] });
const client = new OpenAI({ apiKey: "sk-bench", adminAPIKey: null, baseURL: modelUrl });
let bodies: Body[] = [];
const worker = new Worker(
  "plain",
  async () => {
    for (const body of bodies) await client.responses.create(body);
  },
  { connection: connections[1], concurrency: Number(concurrency) },
);
await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);

serveBench<{ jobs: number; bodies: Body[] }, PlainAnswer>(
  async (question) => {
    ({ bodies } = question);
    let left = question.jobs;
    const done = new Promise<void>((resolve) => {
      const onCompleted = () => {
        if (--left > 0) return;
        worker.off("completed", onCompleted);
        resolve();
      };
      worker.on("completed", onCompleted);
    });
    const start = performance.now();
    const cpu = process.cpuUsage();
    const entries = Array.from({ length: question.jobs }, () => ({ name: "job", data: {} }));
    await queue.addBulk(entries.map((entry) => ({ ...entry, opts: { removeOnComplete: true, removeOnFail: true } })));
    await done;
    const { user, system } = process.cpuUsage(cpu);
    return { wallMs: performance.now() - start, cpuMs: (user + system) / 1000 };
  },
  async () => {
    await Promise.all([worker.close(), queue.close()]);
    for (const connection of connections) connection.disconnect();
  },
);
