import { z } from "zod";
import type { Tool } from "../tool.ts";
import { answer } from "../tool-answer.ts";
import { type DocumentIndex, documentIndex } from "./document-index.ts";
import { passageData, passageEvidence, passageText } from "./passage-evidence.ts";

const MAX_RESULTS = 20;

const input = z.strictObject({
  query: z.string().min(1).max(1000).describe("The words to look for; those of the subject, not of the question."),
  limit: z.number().int().min(1).max(MAX_RESULTS).describe("How many passages to return, 1 to 20; 5 is usual."),
});

export const documentsSearch: Tool<typeof input> = {
  name: "documents_search",
  description:
    "Finds the passages of the job's documents that match the words of a query best, in all documents at once, with page and section. It matches words, not meanings: where nothing fits, try other words for the same thing. Each passage returned is evidence that can be cited.",
  input,
  async run({ query, limit }, context, signal) {
    const index = await documentIndex(context, signal);
    const hits = index.search(query, limit);
    const evidence = hits.map((hit) => passageEvidence("documents_search", { query, limit }, query, hit));
    const data = { passages: hits.map((hit) => ({ ...passageData(hit), score: hit.score })) };
    const found = hits.length === 0 ? "No passage holds any of these words." : hits.map(passageText).join("\n\n");
    return answer([found, ...unreadableLines(index)].join("\n\n"), data, evidence);
  },
};

function unreadableLines(index: DocumentIndex): string[] {
  return index.unreadable.map(({ file, message }) => `Not searched: ${file.name}. ${message}`);
}
