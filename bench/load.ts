import { once } from "node:events";
import { connect } from "node:net";

const HEAD_END = "\r\n\r\n";

/**
 * The milliseconds that each of `count` posts of the body took, sent by `clients` callers that each wait for theirs.
 * It speaks no more HTTP than it must: the callers share the cores with what they measure.
 */
export async function postAll(
  url: string,
  body: string,
  { count, clients }: { count: number; clients: number },
): Promise<number[]> {
  const { hostname, port, pathname, host } = new URL(url);
  const head = [`POST ${pathname} HTTP/1.1`, `Host: ${host}`, "Content-Type: application/json"];
  const request = Buffer.from(`${head.join("\r\n")}\r\nContent-Length: ${Buffer.byteLength(body)}${HEAD_END}${body}`);
  let left = count;
  const took: number[] = [];
  const caller = async () => {
    const socket = connect(Number(port), hostname).setNoDelay();
    await once(socket, "connect");
    const answers = readAnswers(socket);
    while (left-- > 0) {
      const start = performance.now();
      socket.write(request);
      const { value: status } = await answers.next();
      took.push(performance.now() - start);
      if (status !== 202) throw new Error(`${url} answered ${status ?? "nothing"}.`);
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: clients }, caller));
  return took;
}

/** The status of one answer after the other, once its body is there. */
async function* readAnswers(chunks: AsyncIterable<Buffer>): AsyncGenerator<number, undefined> {
  let received = "";
  for await (const chunk of chunks) {
    // One character a byte, so that the length of the body is that of the text.
    received += chunk.toString("latin1");
    for (let end = endOfAnswer(received); end > 0; end = endOfAnswer(received)) {
      yield Number(received.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length));
      received = received.slice(end);
    }
  }
}

/** Where the first answer ends; 0 where it is not whole yet. */
function endOfAnswer(received: string): number {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd < 0) return 0;
  const [, bytes] = /\r\ncontent-length: (\d+)/i.exec(received.slice(0, headEnd)) ?? [];
  if (bytes === undefined) throw new Error(`An answer without a length: ${received.slice(0, headEnd)}`);
  const end = headEnd + HEAD_END.length + Number(bytes);
  return received.length >= end ? end : 0;
}
