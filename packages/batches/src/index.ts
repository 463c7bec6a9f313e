export { BATCHES } from "./batches-hint.ts";
export type { RawRequest, RequestSource } from "./raw-request.ts";
export { type JsonBody, readBody } from "./read-body.ts";
export { readLines } from "./read-lines.ts";
export { type IntakeBatch, takeIn } from "./take-in.ts";
