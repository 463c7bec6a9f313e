import { groupCalls } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import { type CreatedResearch, createResearchMany, type NewResearch } from "./create-research.ts";

const MAX_JOBS = 500;
const MAX_CHARACTERS = 4 * 1024 * 1024;

export type ResearchIntake = {
  /** Writes a new job as `createResearch` does, in one statement with those that are submitted at the same time. */
  create(research: NewResearch): Promise<CreatedResearch>;
};

/** Opens the one way in for a process that takes submissions from many at once. */
export function openResearchIntake(sql: Sql): ResearchIntake {
  return {
    create: groupCalls<NewResearch, CreatedResearch>((list) => createResearchMany(sql, list), {
      maxCalls: MAX_JOBS,
      maxSize: MAX_CHARACTERS,
      sizeOf: ({ request }) => JSON.stringify(request).length,
    }),
  };
}
