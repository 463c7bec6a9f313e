import { type Client, createClient } from "@pharmadb/client";
import { type ProcessOptions, startProcess, type TestProcess } from "./start-process.ts";

export type ApiProcess = TestProcess & { url: string; client: Client };

/** `pharmadb api` as a process of its own, on a free port unless `PORT` is given, without authentication. */
export function startApiProcess({ env, ...options }: ProcessOptions): Promise<ApiProcess> {
  return startListening("api", { ...options, env: { AUTH: "off", ...env } });
}

/** A command that serves HTTP, once it listens. */
export async function startListening(
  command: "api" | "serve",
  { env, ...options }: ProcessOptions,
): Promise<ApiProcess> {
  const started = await startProcess(command, { ...options, env: { PORT: "0", ...env } }, /http:\/\/127\.0\.0\.1:\d+/);
  return { ...started, url: started.said, client: createClient({ baseUrl: started.said }) };
}
