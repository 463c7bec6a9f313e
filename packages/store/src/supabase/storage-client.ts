import { AsyncLocalStorage } from "node:async_hooks";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { createConnectionLimit } from "./connection-limit.ts";
import { createLimitedFetch } from "./limited-fetch.ts";

type Storage = SupabaseClient["storage"];
type Answer<T> = PromiseLike<{ data: T | null; error: Error | null }>;

/** Makes one call of the client library; what it answers with as an error is thrown. */
export type StorageClient = <T>(signal: AbortSignal, call: (storage: Storage) => Answer<T>) => Promise<T>;

export type StorageClientOptions = {
  url: string;
  serviceKey: string;
  maxConnections: number;
  /** How long the server may move no byte. */
  silenceMs: number;
};

/** The client of a project's Storage, with a limit on its connections. */
export function createStorageClient({
  url,
  serviceKey,
  maxConnections,
  silenceMs,
}: StorageClientOptions): StorageClient {
  // Most calls of the client take no signal; its fetch finds that of the call it is part of here.
  const signals = new AsyncLocalStorage<AbortSignal>();
  const limitedFetch = createLimitedFetch(createConnectionLimit(maxConnections), silenceMs);

  async function fetchInCall(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
    const signal = signals.getStore();
    if (!signal) throw new Error("A call of the Storage client was made outside of a call.");
    const response = await limitedFetch(input, init, signal);
    if (response.status === 200 && new Headers(init?.headers).has("range")) {
      await response.body?.cancel();
      throw new Error("The storage answers a range with the whole file.");
    }
    return response;
  }

  const { storage } = createClient(url, serviceKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch: fetchInCall },
  });
  return <T>(signal: AbortSignal, call: (storage: Storage) => Answer<T>) =>
    signals.run(signal, async () => {
      const { data, error } = await call(storage);
      if (error) throw error;
      return data as T;
    });
}
