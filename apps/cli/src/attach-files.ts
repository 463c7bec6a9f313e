import { createReadStream } from "node:fs";

/** The lines of a file of requests, those that name no files with these ones. What is no request goes as it is. */
export async function* attachFiles(path: string, fileIds: readonly string[]): AsyncGenerator<string> {
  let rest = "";
  for await (const text of createReadStream(path, "utf8") as AsyncIterable<string>) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) yield lines.map((line) => `${attach(line, fileIds)}\n`).join("");
  }
  if (rest !== "") yield attach(rest, fileIds);
}

function attach(line: string, fileIds: readonly string[]): string {
  try {
    const request: unknown = JSON.parse(line);
    const isRequest = request !== null && typeof request === "object" && !Array.isArray(request);
    if (isRequest && !("file_ids" in request)) return JSON.stringify({ ...request, file_ids: fileIds });
  } catch {
    // The service says what is wrong with it, by the number that it has in the file.
  }
  return line;
}
