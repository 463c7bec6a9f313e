import { ResearchEvent } from "@pharmadb/contracts";

/** What an event stream sent: events as `[id, type, data]`, comments and other fields as they came. */
export type Message = { id: number; type: string; event: ResearchEvent } | { other: string };

/** Reads an event stream message by message; leaving the loop closes the connection. */
export async function* readEvents(url: string, headers: Record<string, string> = {}): AsyncGenerator<Message> {
  const client = new AbortController();
  const response = await fetch(url, { headers, signal: client.signal });
  if (response.status === 204) return;
  if (response.status !== 200 || !response.body) throw new Error(`${response.status}: ${await response.text()}`);
  let text = "";
  try {
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        yield parseMessage(text.slice(0, end));
        text = text.slice(end + 2);
      }
    }
    if (text !== "") throw new Error(`The stream ended within a message: ${text}`);
  } finally {
    client.abort();
  }
}

function parseMessage(block: string): Message {
  const [, id, type, data] = /^id: (\d+)\nevent: (\S+)\ndata: (.*)$/.exec(block) ?? [];
  if (id === undefined || type === undefined || data === undefined) return { other: block };
  return { id: Number(id), type, event: ResearchEvent.parse(JSON.parse(data)) };
}
