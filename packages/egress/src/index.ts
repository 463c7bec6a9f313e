export { createEgress, type Egress, type EgressOptions } from "./create-egress.ts";
export type { EgressAnswer, EgressRequest } from "./request-pinned.ts";
export { createNameResolver, type ResolveName } from "./resolve-name.ts";
