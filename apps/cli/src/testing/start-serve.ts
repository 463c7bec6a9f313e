import { type ApiProcess, startListening } from "./start-api-process.ts";

/** `pharmadb serve` as a process of its own on a free port, with no variables but the given ones. */
export function startServe(env: Record<string, string>, cwd?: string): Promise<ApiProcess> {
  return startListening("serve", { env: { LOG_LEVEL: "warn", ...env }, ...(cwd !== undefined && { cwd }) });
}
