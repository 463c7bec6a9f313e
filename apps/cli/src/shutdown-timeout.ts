/**
 * When a process that was asked to stop ends, finished or not. Jobs have 25 seconds and are handed back then, requests
 * have all of it; docker-compose.yml kills after 45. Between the two, so that a process says itself by exit code 1
 * that it was cut short. What it held is picked up by the next one.
 */
export const SHUTDOWN_TIMEOUT_MS = 35_000;
