import type { RequestListener, ServerResponse } from "node:http";

export type RequestsInFlight = {
  /** The listener, with its requests counted. */
  counting(listener: RequestListener): RequestListener;
  /** Until every request has its answer or has lost its client. */
  done(): Promise<void>;
};

const MAX_LISTENERS = 20;

/** Counts requests that are being answered. */
export function createRequestsInFlight(): RequestsInFlight {
  const open = new Set<ServerResponse>();
  const waiting: (() => void)[] = [];
  return {
    counting: (listener) => (request, response) => {
      open.add(response);
      // Log, admission, handler and Node's own streams all want to know of its end, which is no leak.
      response.setMaxListeners(MAX_LISTENERS);
      response.once("close", () => {
        open.delete(response);
        if (open.size === 0) for (const resolve of waiting.splice(0)) resolve();
      });
      listener(request, response);
    },
    done: () => (open.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
