import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createToolRegistry } from "../create-tool-registry.ts";
import { inspected, NEVER, testSandbox } from "../fixtures/test-job.ts";
import type { ToolContext } from "../tool.ts";

const SHARED = resolve(import.meta.dirname, "../../../../../shared/data/docs");
const NAMES = [
  "cdiscpilot01_adam_dataguide.pdf",
  "cdiscpilot01_cover_letter.pdf",
  "cdiscpilot01_narratives_latin1.txt",
  "fda_CMC_Stability_Testing_Drug_Products.pdf",
  "fda_IND_Phase1_Content_Format.pdf",
  "viagra_spl_label.xml",
];

const isHere = existsSync(SHARED);
let opened: Awaited<ReturnType<typeof testSandbox>> | undefined;
let job: ToolContext;

beforeAll(async () => {
  if (!isHere) return;
  opened = await testSandbox();
  const { sandbox } = opened;
  const files = await Promise.all(NAMES.map((name) => inspected(sandbox, join(SHARED, name), name)));
  job = { files, sandbox };
});

afterAll(async () => await opened?.[Symbol.asyncDispose]());

test.for<[string, string, RegExp]>([
  ["What are the primary endpoints of the study?", "cdiscpilot01_adam_dataguide.pdf", /ADAS-Cog \(11\).*CIBIC\+/],
  ["primary endpoints", "cdiscpilot01_adam_dataguide.pdf", /ADAS-Cog \(11\).*CIBIC\+/],
  ["What is the recommended starting dose of sildenafil?", "viagra_spl_label.xml", /recommended dose is 50 mg/],
  ["recommended starting dose of sildenafil", "viagra_spl_label.xml", /recommended dose is 50 mg/],
  [
    "How many months of stability data must an ANDA contain at submission?",
    "fda_CMC_Stability_Testing_Drug_Products.pdf",
    /provide 6 months of data/,
  ],
  [
    "months of stability data ANDA submission",
    "fda_CMC_Stability_Testing_Drug_Products.pdf",
    /provide 6 months of data/,
  ],
  [
    "Which MedDRA variables have missing values?",
    "cdiscpilot01_adam_dataguide.pdf",
    /MedDRA code variables.*have missing values/,
  ],
  ["contraindication with nitrates", "viagra_spl_label.xml", /nitrates.*contraindicated/],
  ["What happened to subject 01-701-1211?", "cdiscpilot01_narratives_latin1.txt", /sudden death on 14 January 2013/],
  ["Which version of the SDTM IG was used?", "cdiscpilot01_adam_dataguide.pdf", /version 3\.1\.2 of the SDTM IG/],
  ["incidence of headache at 100 mg", "viagra_spl_label.xml", /Headache \| 16% \| 21% \| 28% \| 7%/],
  [
    "inactive ingredients of Viagra tablets",
    "viagra_spl_label.xml",
    /Inactive ingredients: MICROCRYSTALLINE CELLULOSE/,
  ],
])(
  "among six real documents the passage that answers %j is one of the first three",
  async ([query, name, answer], { skip }) => {
    skip(!isHere, "the shared documents are not here");
    const registry = createToolRegistry(job);
    const { evidence } = await registry.call("documents_search", JSON.stringify({ query, limit: 3 }), NEVER);
    const found = evidence.map(({ content, sources }) => ({
      name: sources[0]?.name,
      text: (content as { text: string }).text,
    }));
    expect(found).toContainEqual({ name, text: expect.stringMatching(new RegExp(answer.source, "s")) });
  },
);
