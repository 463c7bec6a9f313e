// `npm run bench` runs all; `npm run bench -- submit jobs` some.
import { benchAddToStart } from "./add-to-start.ts";
import { benchQuestions } from "./ask-questions.ts";
import { benchBatches } from "./batches.ts";
import { type Figure, printSummary } from "./figures.ts";
import { benchFilesAtOnce } from "./files-at-once.ts";
import { benchJobs } from "./jobs.ts";
import { benchSandbox } from "./sandbox.ts";
import { benchServersJobs } from "./servers/jobs.ts";
import { benchQueueWait } from "./servers/queue-wait.ts";
import { benchServersSubmit } from "./servers/submit.ts";
import { benchSubmit } from "./submit.ts";
import { benchUpload } from "./upload.ts";

const BENCHES: Record<string, () => Promise<Figure[]>> = {
  "add-to-start": benchAddToStart,
  submit: benchSubmit,
  jobs: benchJobs,
  sandbox: benchSandbox,
  upload: benchUpload,
  batches: benchBatches,
  "files-at-once": benchFilesAtOnce,
  "servers-submit": benchServersSubmit,
  "servers-jobs": benchServersJobs,
  "queue-wait": benchQueueWait,
  questions: benchQuestions,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(", ")}. There are: ${Object.keys(BENCHES).join(", ")}.`);
  process.exit(2);
}
const figures: Figure[] = [];
for (const [name, run] of Object.entries(BENCHES)) {
  if (wanted.length === 0 || wanted.includes(name)) figures.push(...(await run()));
}
printSummary(figures);
