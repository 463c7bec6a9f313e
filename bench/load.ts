import { Agent, request as sendRequest } from "node:http";

/** The milliseconds that each of `count` posts of the body took, sent by `clients` callers that each wait for theirs. */
export async function postAll(
  url: string,
  body: string,
  { count, clients }: { count: number; clients: number },
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  let left = count;
  const took: number[] = [];
  const caller = async () => {
    while (left-- > 0) {
      const start = performance.now();
      await post(agent, url, body);
      took.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: clients }, caller));
  agent.destroy();
  return took;
}

function post(agent: Agent, url: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const request = sendRequest(url, { agent, method: "POST", headers }, (response) => {
      response.resume();
      response.once("error", reject);
      response.once("end", () => {
        if (response.statusCode === 202) resolve();
        else reject(new Error(`${url} answered ${response.statusCode}.`));
      });
    });
    request.once("error", reject);
    request.end(body);
  });
}
