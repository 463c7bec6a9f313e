import type { Block } from "./document-text.ts";

/** Collects the paragraphs of a document and tells each in which section it stands, as headings come by. */
export type SectionedBlocks = {
  heading(level: number, title: string, page?: number | null): void;
  add(text: string, page?: number | null): void;
  /** What has been collected; the sections are paths such as `2 DOSAGE > 2.1 Adults`, each once. */
  finish(): { blocks: Block[]; sections: string[]; firstHeading: string | null };
};

type Heading = { level: number; title: string; page: number | null };

const MAX_TITLE_CHARACTERS = 200;

export function sectionedBlocks(): SectionedBlocks {
  const blocks: Block[] = [];
  const sections = new Set<string>();
  let firstHeading: string | null = null;
  let open: Heading[] = [];
  let empty: Heading | null = null;
  const path = () => open.map(({ title }) => title.slice(0, MAX_TITLE_CHARACTERS)).join(" > ") || null;
  const add = (text: string, page: number | null) => {
    if (text === "") return;
    empty = null;
    blocks.push({ text, page, section: path() });
  };
  // The words of a heading without text of its own would be found nowhere: they become text.
  const keepEmptyHeading = (nextLevel: number) => {
    if (empty && nextLevel <= empty.level) add(empty.title, empty.page);
  };
  return {
    heading(level, title, page = null) {
      if (title === "") return;
      keepEmptyHeading(level);
      empty = { level, title, page };
      open = [...open.filter((heading) => heading.level < level), empty];
      firstHeading ??= title;
      sections.add(path() ?? title);
    },
    add: (text, page = null) => add(text, page),
    finish() {
      keepEmptyHeading(0);
      return { blocks, sections: [...sections], firstHeading };
    },
  };
}
