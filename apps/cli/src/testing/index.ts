export { type ApiProcess, startApiProcess } from "./start-api-process.ts";
export type { ProcessOptions, TestProcess } from "./start-process.ts";
export { startServe } from "./start-serve.ts";
export { startWorkerProcess } from "./start-worker-process.ts";
