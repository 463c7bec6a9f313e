// `npm run bench` runs all; `npm run bench -- submit jobs` some.
import { benchAddToStart } from "./add-to-start.ts";
import { benchJobs } from "./jobs.ts";
import { benchSubmit } from "./submit.ts";

const BENCHES: Record<string, () => Promise<void>> = {
  "add-to-start": benchAddToStart,
  submit: benchSubmit,
  jobs: benchJobs,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(", ")}. There are: ${Object.keys(BENCHES).join(", ")}.`);
  process.exit(2);
}
for (const [name, run] of Object.entries(BENCHES)) {
  if (wanted.length === 0 || wanted.includes(name)) await run();
}
