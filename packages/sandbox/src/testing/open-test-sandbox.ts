import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { AppError } from "@pharmadb/contracts";
import type { JobFile } from "../job-file.ts";
import type { Inspection, QueryLimits, QueryResult, Sandbox, UnknownFile } from "../sandbox.ts";
import { type SandboxOptions, startSandbox } from "../start-sandbox.ts";

export const NEVER = new AbortController().signal;

/** A sandbox in a folder of its own, both gone at the end of the scope. */
export type TestSandbox = AsyncDisposable & {
  sandbox: Sandbox;
  directory: string;
  write(name: string, content: string | Uint8Array): Promise<UnknownFile>;
  inspect(name: string, content: string | Uint8Array): Promise<Inspection>;
  upload(name: string, content: string | Uint8Array): Promise<JobFile>;
  uploadFrom(path: string, name?: string): Promise<JobFile>;
  query(files: JobFile[], sql: string, limits?: Partial<QueryLimits>): Promise<QueryResult>;
};

export async function openTestSandbox(options: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  const directory = await mkdtemp(join(tmpdir(), "sandbox-test-"));
  const sandbox = await startSandbox({
    // With one, every change between a reader and a query would start another process.
    processes: 2,
    cacheDir: join(directory, "cache"),
    tempDir: directory,
    ...options,
  });
  let written = 0;
  const write = async (name: string, content: string | Uint8Array): Promise<UnknownFile> => {
    const path = join(directory, `upload-${written++}`);
    await writeFile(path, content);
    return {
      name,
      path,
      bytes: Buffer.byteLength(content),
      sha256: createHash("sha256").update(content).digest("hex"),
    };
  };
  const accept = async (file: UnknownFile): Promise<JobFile> => {
    const { kind, mediaType, profile } = await sandbox.inspect(file, NEVER);
    return { ...file, id: `file_${file.name}`, kind, media_type: mediaType, profile };
  };
  return {
    sandbox,
    directory,
    write,
    inspect: async (name, content) => sandbox.inspect(await write(name, content), NEVER),
    upload: async (name, content) => accept(await write(name, content)),
    uploadFrom: (path, name = basename(path)) => {
      const content = readFileSync(path);
      const sha256 = createHash("sha256").update(content).digest("hex");
      return accept({ name, path, bytes: content.length, sha256 });
    },
    query: (files, sql, limits = {}) => sandbox.query(files, sql, limits, NEVER),
    async [Symbol.asyncDispose]() {
      await sandbox.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The error that a promise must end in. */
export async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("It did not fail.");
}
