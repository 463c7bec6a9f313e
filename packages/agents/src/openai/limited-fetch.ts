import { AppError } from "@pharmadb/contracts";

const MAX_BODY_BYTES = 32 * 1024 * 1024;
const BODYLESS = [204, 205, 304];

/**
 * A fetch that has at most so many requests on the wire. A request counts until its body has been read, since that
 * is how long it holds its connection; waiting ends with the request's signal.
 */
export function createLimitedFetch(maxConnections: number, onResponse?: (status: number) => void): typeof fetch {
  let free = maxConnections;
  const waiting: (() => void)[] = [];

  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else free++;
  }

  async function enter(signal: AbortSignal | null | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (free > 0) {
      free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal?.removeEventListener("abort", give);
        resolve();
      };
      const give = () => {
        waiting.splice(waiting.indexOf(go), 1);
        reject(signal?.reason);
      };
      waiting.push(go);
      signal?.addEventListener("abort", give, { once: true });
    });
  }

  return async (input, init) => {
    await enter(init?.signal);
    try {
      const response = await fetch(input, init);
      const { status, statusText, headers } = response;
      onResponse?.(status);
      const body = BODYLESS.includes(status) ? null : await readBody(response);
      return new Response(body, { status, statusText, headers });
    } finally {
      leave();
    }
  };
}

/** The whole body; an error where it is larger than any answer of a model. */
async function readBody(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) throw new AppError("model_malformed", "The model service's answer is too large.");
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
