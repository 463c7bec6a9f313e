import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { ProjectKeys } from "./project-keys.ts";
import { invalidRequest } from "./storage-problem.ts";
import type { StoredObjects } from "./stored-objects.ts";

/** One request in work, with all that answers it. */
export type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  /** The decoded parts of the path that the route names. */
  bucket: string;
  key: string;
  stored: StoredObjects;
  keys: ProjectKeys;
  /** Bytes that an object may have where its bucket sets no limit. */
  fileSizeLimit: number;
  /** Bytes after which a download breaks off; null: never. */
  cutAfter: number | null;
};

export type Handler = (exchange: Exchange) => void | Promise<void>;

const JSON_TYPE = "application/json; charset=utf-8";

export function sendJson(response: ServerResponse, body: unknown, status = 200, type = JSON_TYPE): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-type": type, "content-length": bytes.length });
  response.end(bytes);
}

/** The JSON body of a request as an object. */
export async function readJson({ request, response }: Exchange): Promise<Record<string, unknown>> {
  const sent = await text(request);
  try {
    return JSON.parse(sent);
  } catch {
    response.setHeader("connection", "close");
    throw invalidRequest("Body is not valid JSON but content-type is set to 'application/json'", "FastifyError");
  }
}
