/** A paragraph, list item, table row or the like: text that a passage keeps together where it can. */
export type Block = { text: string; page: number | null; section: string | null };

/** What a reader of one format makes of a document, before it is cut into passages. */
export type DocumentText = {
  mediaType: string;
  title: string | null;
  pageCount: number | null;
  /** In reading order. */
  blocks: Block[];
  /** Section headings in reading order. */
  sections: string[];
  warnings: string[];
};
