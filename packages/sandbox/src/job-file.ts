import type { FileObject } from "@pharmadb/contracts";

/** A file that has been accepted at upload, with a local copy. */
export type JobFile = Pick<FileObject, "id" | "name" | "bytes" | "sha256" | "media_type" | "kind" | "profile"> & {
  /** Absolute path of the bytes on this machine; read only. */
  path: string;
};
