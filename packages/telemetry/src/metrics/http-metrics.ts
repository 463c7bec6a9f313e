import { Gauge, Histogram, type Registry } from "prom-client";

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** Answers take milliseconds; long polls take up to a minute, and event streams as long as their job. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

type AnsweredRequest = {
  method: string;
  /** The route as it was defined, such as `/api/v1/files/:id`; null where no route fits. */
  route: string | null;
  /** Null where the client left before an answer began. */
  status: number | null;
  seconds: number;
};

export type HttpMetrics = {
  answered(request: AnsweredRequest): void;
  /** How many requests are inside that count against the limit of this kind. */
  inFlight(traffic: "request" | "stream", requests: number): void;
};

/** Requests to the API. What the client makes up, such as a path or a method, is no label. */
export function createHttpMetrics(registry: Registry): HttpMetrics {
  const registers = [registry];
  const inFlight = new Gauge({
    name: "pharmadb_http_requests_in_flight",
    help: "Requests being answered, by the limit that they count against: request, or stream (event streams, long polls).",
    labelNames: ["traffic"] as const,
    registers,
  });
  const duration = new Histogram({
    name: "pharmadb_http_request_duration_seconds",
    help: "From the first byte of a request to the end of its answer. Status 499: the client left before it began.",
    labelNames: ["method", "route", "status"] as const,
    buckets: SECONDS,
    registers,
  });
  for (const traffic of ["request", "stream"]) inFlight.set({ traffic }, 0);
  return {
    answered({ method, route, status, seconds }) {
      const labels = {
        method: METHODS.has(method) ? method : "other",
        route: route ?? "unmatched",
        status: String(status ?? 499),
      };
      duration.observe(labels, seconds);
    },
    inFlight: (traffic, requests) => inFlight.set({ traffic }, requests),
  };
}
