import type { Depth, JsonObject, ResearchRequest, Source } from "@pharmadb/contracts";
import type { ToolContext } from "@pharmadb/tools";

export type Budget = NonNullable<ResearchRequest["budget"]>;

/** A file that could not be had: what it is called, with its id, and why, as a sentence. */
export type MissingFile = { name: string; reason: string };

/** One research job as the agents see it. */
export type ResearchJob = {
  id: string;
  question: string;
  files: ToolContext["files"];
  /** Files that were asked for and are not among `files`. */
  missingFiles: MissingFile[];
  depth: Depth;
  /** Where the agents may look; tools of other sources are not offered to the model. */
  sources: readonly Source[];
  budget: Budget | null;
  /** JSON Schema that the report's `output` must fit. */
  outputSchema: JsonObject | null;
};
