import mammoth from "mammoth";
import { checkWordArchive } from "./check-word-archive.ts";
import type { DocumentText } from "./document-text.ts";
import { htmlText } from "./html-document.ts";

/** A Word document: its heading styles make sections; pictures are left out. DOCX knows no pages. */
export async function readDocxDocument(bytes: Uint8Array, name: string): Promise<DocumentText> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { pictures } = await checkWordArchive(buffer, name);
  const { value } = await mammoth.convertToHtml(
    { buffer },
    {
      convertImage: mammoth.images.imgElement(async () => ({ src: "" })),
      includeEmbeddedStyleMap: false,
      styleMap: STYLES,
    },
  );
  const text = htmlText(value, name);
  const scanned = "The document holds pictures but no text; it may be a scan, which cannot be read.";
  return {
    ...text,
    mediaType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    warnings: text.blocks.length === 0 && pictures > 0 ? [scanned] : [],
  };
}

// Beyond mammoth's own map, which knows Heading 1 to 6.
const STYLES = ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => p:fresh"];
