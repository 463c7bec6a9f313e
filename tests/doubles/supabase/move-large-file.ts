// A process that puts a file into the storage and fetches a copy of it, and tells how much its memory has grown by.
import { rm } from "node:fs/promises";
import { openSupabaseFiles } from "@pharmadb/store";

const [url = "", serviceKey = "", source = "", directory = "", small = ""] = process.argv.slice(2);
const files = await openSupabaseFiles({ url, serviceKey, bucket: "files", maxConnections: 4 });
const { signal } = new AbortController();
const peakMb = () => Math.round(process.resourceUsage().maxRSS / 1024);

// All that is loaded once is loaded by a small file.
await files.put("a/small", small);
await rm(await files.materialize("a/small", directory, signal));
const before = peakMb();
await files.put("a/large", source);
const afterPut = peakMb();
await files.materialize("a/large", directory, signal);
process.stdout.write(JSON.stringify({ before, put: afterPut - before, materialize: peakMb() - afterPut }));
