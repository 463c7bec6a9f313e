import type { JsonObject, NewEvidence, PassageContent } from "@pharmadb/contracts";
import type { FilePassage } from "./document-index.ts";

/** A passage as evidence: its text as content, its file, page and section as the source. */
export function passageEvidence(
  tool: string,
  args: JsonObject,
  query: string | null,
  { file, passage }: FilePassage,
): NewEvidence {
  const { n, text, page, section } = passage;
  const content: PassageContent = { passage: n, text, page, section };
  const { id, sha256, name } = file;
  const source = { kind: "file" as const, file_id: id, file_sha256: sha256, name, page, section, url: null };
  return { tool, arguments: args, query, content, sources: [source] };
}

/** A passage as a program reads it. */
export function passageData({ file, passage }: FilePassage) {
  const { n, text, page, section } = passage;
  return { file_id: file.id, file_name: file.name, passage: n, page, section, text };
}

/** A passage as the model reads it: where it stands, then its text. */
export function passageText({ file, passage }: FilePassage): string {
  const where = [
    `${file.name} (${file.id})`,
    `passage ${passage.n}`,
    ...(passage.page === null ? [] : [`page ${passage.page}`]),
    ...(passage.section === null ? [] : [`section "${passage.section}"`]),
  ];
  return `[${where.join(", ")}]\n${passage.text}`;
}
