import { AppError } from "@pharmadb/contracts";
import type { JobFile, Passage } from "@pharmadb/sandbox";
import { z } from "zod";
import type { Tool, ToolContext } from "../tool.ts";
import { answer } from "../tool-answer.ts";
import { documentIndex } from "./document-index.ts";
import { passageData, passageEvidence, passageText } from "./passage-evidence.ts";

const MAX_PASSAGES = 10;

const input = z.strictObject({
  file_id: z.string().describe("The document's file id, as documents_search gives it."),
  passage: z.number().int().min(1).describe("The number of the first passage to read; passages count from 1."),
  count: z.number().int().min(1).max(MAX_PASSAGES).describe("How many passages to read, 1 to 10."),
});

export const documentsRead: Tool<typeof input> = {
  name: "documents_read",
  description:
    "Reads passages of one document in order, for instance those around a passage that documents_search found, or a document from its start. Each passage returned is evidence that can be cited.",
  input,
  async run({ file_id, passage, count }, context, signal) {
    const file = findDocument(context, file_id);
    const index = await documentIndex(context, signal);
    const failed = index.unreadable.find((entry) => entry.file.id === file.id);
    if (failed) throw new AppError("file_unreadable", failed.message);
    const all = index.passagesOf(file.id);
    const read = passagesFrom(file, all, passage, count).map((one) => ({ file, passage: one }));
    const evidence = read.map((one) => passageEvidence("documents_read", { file_id, passage, count }, null, one));
    const content = [...read.map(passageText), `(${file.name} has ${all.length} passages)`].join("\n\n");
    return answer(content, { passages: read.map(passageData) }, evidence);
  },
};

function findDocument(context: ToolContext, fileId: string): JobFile {
  const documents = context.files.filter((file) => file.kind === "document");
  const file = documents.find(({ id }) => id === fileId);
  if (file) return file;
  const names = documents.map(({ id, name }) => `${id} (${name})`).join(", ");
  throw new AppError("not_found", `There is no document "${fileId}". The documents are: ${names || "none"}.`);
}

function passagesFrom(file: JobFile, all: Passage[], from: number, count: number): Passage[] {
  const read = all.filter(({ n }) => n >= from && n < from + count);
  if (read.length > 0) return read;
  throw new AppError("not_found", `There is no passage ${from}: ${file.name} has ${all.length} passages.`);
}
