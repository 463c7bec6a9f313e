import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Echo = AsyncDisposable & {
  /** `host:port`. */
  address: string;
  /** The requests that have come, in order. */
  requests: { method: string; url: string; headers: IncomingHttpHeaders }[];
};

/** Something behind the proxy that notes what reaches it, and answers as it is told. */
export async function startEcho(
  answer: (response: ServerResponse) => void = (response) => response.end("ok"),
): Promise<Echo> {
  const requests: Echo["requests"] = [];
  const server = createServer(({ method = "", url = "", headers }, response) => {
    requests.push({ method, url, headers });
    answer(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
