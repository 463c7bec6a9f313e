import type { ConnectionLimit } from "./connection-limit.ts";

type FetchInput = Parameters<typeof fetch>[0];
type Body = ReadableStream<Uint8Array<ArrayBuffer>>;

/**
 * A fetch that waits for a place, and gives up on a server that moves no byte for `silenceMs`, in either direction. A
 * response keeps its place until its body has been read or is cancelled, since that is how long it holds its
 * connection.
 */
export function createLimitedFetch(limit: ConnectionLimit, silenceMs: number) {
  return async (input: FetchInput, init: RequestInit | undefined, signal: AbortSignal): Promise<Response> => {
    const leave = await limit(signal);
    const silence = createSilence(silenceMs);
    const release = () => {
      silence.pause();
      leave();
    };
    try {
      const body = init?.body instanceof ReadableStream ? tellingOf(init.body as Body, { read: silence.listen }) : null;
      const stop = AbortSignal.any([signal, silence.signal]);
      silence.listen();
      // Where it may have to follow a redirect, Node's fetch keeps all of a streamed body in memory to send it again.
      const response = await fetch(input, { ...init, ...(body && { body }), redirect: "error", signal: stop });
      silence.pause();
      if (response.body === null) {
        release();
        return response;
      }
      // A reader that takes its time is no silence of the server.
      const told = tellingOf(response.body as Body, { ask: silence.listen, read: silence.pause, end: release });
      const { status, statusText, headers } = response;
      return new Response(told, { status, statusText, headers });
    } catch (error) {
      release();
      throw error;
    }
  };
}

/** Aborts after so long a time of listening without anything new to listen for. */
function createSilence(ms: number) {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: controller.signal,
    listen() {
      clearTimeout(timer);
      timer = setTimeout(() => controller.abort(new Error(`The server was silent for ${ms} ms.`)), ms);
    },
    pause: () => clearTimeout(timer),
  };
}

type Listener = { ask?: () => void; read?: () => void; end?: () => void };

/** The same stream, that tells of each chunk asked for and read, and once of its end, whatever ends it. */
function tellingOf(stream: Body, { ask, read, end }: Listener): Body {
  const reader = stream.getReader();
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          ask?.();
          const { done, value } = await reader.read();
          read?.();
          if (!done) return controller.enqueue(value);
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        end?.();
      },
      async cancel(reason) {
        end?.();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
