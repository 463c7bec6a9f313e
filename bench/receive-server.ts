// The least that can be called receiving a file: its bytes are read from HTTP and hashed. Runs as a child of a
// benchmark.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { serveBench } from "./child-process.ts";

const server = createServer((request, response) => {
  const hash = createHash("sha256");
  void pipeline(request, hash).then(() => response.end(hash.digest("hex")));
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

serveBench(
  async () => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
  async () => {
    server.closeAllConnections();
    server.close();
  },
);
