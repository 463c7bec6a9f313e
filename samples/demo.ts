// The main job from end to end: starts the service, uploads the sample trial, asks three questions over HTTP, follows
// them live and prints the reports with their evidence. Ends with 0 only if every statement points at its evidence.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "@pharmadb/client";
import type { Evidence, FileObject, JsonObject, Research, ResearchEvent } from "@pharmadb/contracts";
import { startService } from "./start-service.ts";

const FILES = ["dm.csv", "ae.csv", "ex.csv", "lb.csv", "adsl.xpt", "protocol.md"];
const QUESTIONS = [
  { question: "How many subjects in each arm had a serious adverse event?", files: ["dm.csv", "ae.csv"] },
  { question: "Compare the percentage of subjects with nausea between the arms.", files: ["ae.csv", "adsl.xpt"] },
  { question: "What is the primary endpoint of the study?", files: ["protocol.md"] },
];

const dim = (text: string) => (process.stdout.isTTY ? `\u001b[2m${text}\u001b[22m` : text);
const bold = (text: string) => (process.stdout.isTTY ? `\u001b[1m${text}\u001b[22m` : text);

function describeFile(file: FileObject): string {
  if ("columns" in file.profile) return `${file.profile.row_count} rows, ${file.profile.columns.length} columns`;
  return `${file.profile.passage_count} passages`;
}

/** What a tool is called for in a few words; whole SQL comes with the evidence. */
function whatFor(given: JsonObject): string {
  return String(given["purpose"] ?? given["query"] ?? JSON.stringify(given));
}

function describeEvent(event: ResearchEvent): string {
  const { tool, arguments: given, evidence, title } = event.data;
  const what = given && whatFor(Object(given));
  const subject = [title, tool, what, evidence && `evidence ${JSON.stringify(evidence)}`].filter(Boolean).join("  ");
  return `${event.at.slice(11, 23)}  ${event.type.padEnd(19)} ${subject}`.trimEnd();
}

function printEvidence(evidence: Evidence[]): void {
  for (const item of evidence) {
    const source = item.sources.map(({ name, page, section }) =>
      [name, page && `page ${page}`, section].filter(Boolean).join(", "),
    );
    console.log(`[E${item.n}] ${item.tool} · ${source.join("; ")} · sha256 ${item.sha256.slice(0, 12)}…`);
    if (item.tool === "tables_query" && item.query) console.log(item.query.replace(/^/gm, "     "));
  }
}

/** Why a finished job is not good enough for a demo; empty if it is. */
function complaintsOf(job: Research, evidence: Evidence[]): string[] {
  if (!job.report) return [`it ended as ${job.status}: ${job.error?.message ?? "no reason given"}`];
  const known = new Set(evidence.map((item) => item.n));
  const { findings } = job.report;
  return [
    ...(findings.length === 0 ? ["it has no findings"] : []),
    ...findings
      .filter((finding) => finding.evidence.length === 0)
      .map((finding) => `no evidence for: ${finding.statement}`),
    ...findings
      .filter((finding) => finding.evidence.some((n) => !known.has(n)))
      .map((finding) => `unknown evidence for: ${finding.statement}`),
    ...findings
      .filter((finding) => finding.verdict === "not_supported")
      .map((finding) => `not supported: ${finding.statement}`),
  ];
}

async function ask(client: Client, question: string, files: FileObject[]): Promise<string[]> {
  console.log(`\n${bold(`Question: ${question}`)}`);
  const { id } = await client.submit({ question, file_ids: files.map((file) => file.id) });
  for await (const event of client.follow(id)) console.log(dim(`  ${describeEvent(event)}`));
  const job = await client.getResearch(id);
  const evidence = job.report ? await client.listEvidence(id) : [];
  if (job.report) console.log(`\n${job.report.markdown.trim()}\n\n${bold("Evidence")}`);
  printEvidence(evidence);
  return complaintsOf(job, evidence).map((complaint) => `"${question}": ${complaint}`);
}

async function demo(): Promise<string[]> {
  const dataDir = await mkdtemp(join(tmpdir(), "pharmadb-demo-"));
  try {
    await using service = await startService(dataDir);
    console.log(`The service listens on ${service.url}, with its data in a temporary folder.`);
    const client = createClient({ baseUrl: service.url });
    const uploaded = new Map<string, FileObject>();
    for (const name of FILES) {
      const file = await client.uploadFile(fileURLToPath(new URL(`./trial/${name}`, import.meta.url)));
      uploaded.set(name, file);
      console.log(`Uploaded ${name.padEnd(12)} ${describeFile(file)}`);
    }
    const complaints: string[] = [];
    for (const { question, files } of QUESTIONS) {
      const chosen = files.flatMap((name) => uploaded.get(name) ?? []);
      complaints.push(...(await ask(client, question, chosen)));
    }
    return complaints;
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

const complaints = await demo();
for (const complaint of complaints) console.error(`The demo failed on ${complaint}`);
if (complaints.length === 0) console.log(`\n${bold("Done.")} Start the service for yourself with: npm start`);
process.exitCode = complaints.length === 0 ? 0 : 1;
