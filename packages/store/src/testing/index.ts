export { makeCertificates, type TestCertificates } from "./make-certificates.ts";
export { findPostgres, startPostgres, type TestPostgres } from "./start-postgres.ts";
