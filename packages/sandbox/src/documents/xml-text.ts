import type { DocumentText } from "./document-text.ts";

/** What the readers of one kind of XML give; the media type and warnings are the same for all kinds. */
export type XmlText = Omit<DocumentText, "mediaType" | "warnings">;
