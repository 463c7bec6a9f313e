import { createSocket } from "node:dgram";
import { once } from "node:events";

const A = 1;
const AAAA = 28;
const NAME_ERROR = 3;
const REPLY = 0x8180;

export type NameServer = AsyncDisposable & {
  /** Its `address:port`. */
  address: string;
  /** The names that it was asked for, one a query. */
  asked: string[];
};

/**
 * A name server on loopback that speaks DNS over UDP. `answer` gives the IPv4 or IPv6 addresses of a name, null where
 * there is no such name, and undefined for no answer at all.
 */
export async function startNameServer(
  answer: (name: string, family: 4 | 6) => number[][] | null | undefined,
): Promise<NameServer> {
  const asked: string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    const { name, end, type } = readQuestion(query);
    asked.push(name);
    const addresses = answer(name, type === AAAA ? 6 : 4);
    if (addresses === undefined) return;
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(REPLY | (addresses === null ? NAME_ERROR : 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(addresses?.length ?? 0, 6);
    const records = (addresses ?? []).map((bytes) => record(type, bytes));
    socket.send(Buffer.concat([head, query.subarray(12, end), ...records]), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(resolve)),
  };
}

function readQuestion(query: Buffer): { name: string; end: number; type: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** A resource record for the name in the question, not to be kept. */
function record(type: number, bytes: number[]): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type === AAAA ? AAAA : A, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(bytes.length, 10);
  return Buffer.concat([head, Buffer.from(bytes)]);
}
