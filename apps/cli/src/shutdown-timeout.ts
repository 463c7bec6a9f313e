/**
 * When a process that was asked to stop ends, finished or not. Jobs and requests have 30 seconds and what they stand on
 * is closed thereafter; docker-compose.yml kills after 45. Between the two, so that a process says itself by exit code 1
 * that it was cut short. What it held is picked up by the next one.
 */
export const SHUTDOWN_TIMEOUT_MS = 35_000;
