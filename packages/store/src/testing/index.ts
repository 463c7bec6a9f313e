export { dispatchedResearch } from "./dispatched-research.ts";
export { makeCertificates, type TestCertificates } from "./make-certificates.ts";
export { findPgbouncer, startPgbouncer } from "./start-pgbouncer.ts";
export { findPostgres, startPostgres, type TestPostgres, type TestPostgresOptions } from "./start-postgres.ts";
