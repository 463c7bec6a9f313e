export { findPostgres, startPostgres, type TestPostgres } from "./start-postgres.ts";
