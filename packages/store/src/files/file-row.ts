import { FILE_KINDS, type FileObject } from "@pharmadb/contracts";
import { z } from "zod";

/** A file as it is stored, with the key of its bytes. */
export type StoredFile = FileObject & { storage_key: string };

const FileRow = z.object({
  id: z.string(),
  name: z.string(),
  bytes: z.coerce.number(),
  sha256: z.string(),
  media_type: z.string(),
  kind: z.enum(FILE_KINDS),
  created_at: z.date().transform((time) => time.toISOString()),
  profile: z.custom<FileObject["profile"]>(),
  storage_key: z.string(),
});

/** The file in a row of `files` with all its columns. */
export function toStoredFile(row: unknown): StoredFile {
  return { object: "file", ...FileRow.parse(row) };
}

/** The file as the client sees it. */
export function toFileObject({ storage_key: _, ...file }: StoredFile): FileObject {
  return file;
}
