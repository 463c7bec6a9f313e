import { AppError } from "@pharmadb/contracts";
import { StorageApiError } from "@supabase/supabase-js";
import { type RetryPolicy, retried } from "./retry.ts";
import type { StorageClient } from "./storage-client.ts";

/**
 * Sees to it that there is a private bucket of this name that we may use.
 *
 * @throws with the name of the variable that has to be set otherwise.
 */
export async function openBucket(client: StorageClient, bucket: string, policy: RetryPolicy): Promise<void> {
  const { signal } = new AbortController();
  try {
    const found = await retried(() => getOrCreate(client, bucket, signal), policy, signal);
    if (!found.public) return;
  } catch (error) {
    throw new AppError("unavailable", complaint(error, bucket), { cause: error });
  }
  const message = `SUPABASE_BUCKET: ${bucket} is public, so that whoever knows the address of a file could read it. Make it private, or name another one.`;
  throw new AppError("unavailable", message);
}

async function getOrCreate(client: StorageClient, bucket: string, signal: AbortSignal): Promise<{ public: boolean }> {
  try {
    return await client(signal, (storage) => storage.getBucket(bucket));
  } catch (error) {
    if (codeOf(error) !== "NoSuchBucket") throw error;
  }
  try {
    await client(signal, (storage) => storage.createBucket(bucket, { public: false }));
    return { public: false };
  } catch (error) {
    if (codeOf(error) !== "BucketAlreadyExists") throw error;
    // Another process has made it in between.
    return client(signal, (storage) => storage.getBucket(bucket));
  }
}

function complaint(error: unknown, bucket: string): string {
  const reason = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  if (code === "AccessDenied") {
    return `SUPABASE_SERVICE_KEY: the project's Storage refuses it: ${reason}. It has to be the secret key, of the role service_role.`;
  }
  if (code !== undefined) return `SUPABASE_BUCKET: ${bucket} cannot be used: ${reason}`;
  return `SUPABASE_URL: no Storage of a Supabase project answers there: ${reason}`;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof StorageApiError ? error.code : undefined;
}
