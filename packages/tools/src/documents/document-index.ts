import { AppError } from "@pharmadb/contracts";
import type { JobFile, Passage } from "@pharmadb/sandbox";
import MiniSearch from "minisearch";
import type { ToolContext } from "../tool.ts";
import { drugNames, withBothNames } from "./drug-names.ts";
import { searchTerm, words } from "./search-terms.ts";

/** A passage with the file that it stands in. */
export type FilePassage = { file: JobFile; passage: Passage };

/** The documents of one job, read once: their passages and a word index over them. */
export type DocumentIndex = {
  search(query: string, limit: number): (FilePassage & { score: number })[];
  /** The passages of one file in reading order. */
  passagesOf(fileId: string): Passage[];
  /** Files that could not be read, and why. */
  unreadable: { file: JobFile; message: string }[];
};

// Keyed by the job's context, so that an index lives as long as the job that it serves.
const indexes = new WeakMap<ToolContext, Promise<DocumentIndex>>();

/** The index over a job's documents; read at the first call, shared by the calls that follow. */
export function documentIndex(context: ToolContext, signal: AbortSignal): Promise<DocumentIndex> {
  const known = indexes.get(context);
  if (known) return known;
  const building = readDocuments(context, signal).catch((error) => {
    // A cancelled or failed reading must not stay for the next caller.
    indexes.delete(context);
    throw error;
  });
  indexes.set(context, building);
  return building;
}

async function readDocuments(context: ToolContext, signal: AbortSignal): Promise<DocumentIndex> {
  const files = context.files.filter((file) => file.kind === "document");
  const unreadable: DocumentIndex["unreadable"] = [];
  const read = await Promise.all(
    files.map(async (file) => {
      try {
        return await context.sandbox.passages(file, signal);
      } catch (error) {
        // One bad file must not hide the others; the tools name it in what they answer.
        if (!(error instanceof AppError) || error.code !== "file_unreadable") throw error;
        unreadable.push({ file, message: error.message });
        return [];
      }
    }),
  );
  const all = files.flatMap((file, i) => (read[i] ?? []).map((passage) => ({ file, passage })));
  const byFile = new Map(files.map((file, i) => [file.id, read[i] ?? []]));
  return { search: bm25(all), passagesOf: (fileId) => byFile.get(fileId) ?? [], unreadable };
}

/**
 * BM25 over the text, the titles of the sections around it and the title of the document. The last is the same for
 * all passages of a file: it lets words that name the file's subject (a drug's other name) count for each of them.
 */
function bm25(all: FilePassage[]): DocumentIndex["search"] {
  const index = new MiniSearch<IndexedPassage>({
    fields: ["text", "section", "document"],
    tokenize: words,
    processTerm: searchTerm,
    searchOptions: { boost: { document: 0.1 } },
  });
  index.addAll(all.map(indexed));
  return (query, limit) =>
    index
      .search(query)
      .slice(0, limit)
      .flatMap((hit) => {
        const found = all[hit.id as number];
        return found ? [{ ...found, score: Math.round(hit.score * 1000) / 1000 }] : [];
      });
}

type IndexedPassage = { id: number; text: string; section: string; document: string };

function indexed({ file, passage }: FilePassage, id: number): IndexedPassage {
  const title = "title" in file.profile ? (file.profile.title ?? "") : "";
  const names = drugNames(title);
  const section = withBothNames(passage.section ?? "", names);
  return { id, text: withBothNames(passage.text, names), section, document: `${file.name} ${title}` };
}
