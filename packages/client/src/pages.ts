import { listOf } from "@pharmadb/contracts";
import type { z } from "zod";
import type { Http } from "./http.ts";

const PAGE = 100;

export type Listing = { signal?: AbortSignal };

/** All that a list holds, newest first; the next page is asked for when it is wanted. */
export async function* readPages<S extends z.ZodType>(
  http: Http,
  { path, item, filter = {} }: { path: string; item: S; filter?: Record<string, string | undefined> },
  { signal }: Listing = {},
): AsyncGenerator<z.output<S>> {
  const query = new URLSearchParams({ limit: String(PAGE) });
  for (const [name, value] of Object.entries(filter)) if (value !== undefined) query.set(name, value);
  for (;;) {
    const page = await http.json(listOf(item), `${path}?${query}`, signal ? { signal } : {});
    yield* page.data;
    if (page.next_cursor === null) return;
    query.set("after", page.next_cursor);
  }
}
