import { groupCalls } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import {
  type CreatedResearch,
  createGiven,
  type GivenResearch,
  givenResearch,
  type NewResearch,
} from "./create-research.ts";

const MAX_JOBS = 500;
const MAX_CHARACTERS = 4 * 1024 * 1024;
/** While one statement is on the way to the disk, others can be made. */
const AT_ONCE = 4;
/** Jobs that are worth a statement of their own. */
const ENOUGH = 32;

export type ResearchIntake = {
  /** Writes a new job as `createResearch` does, in one statement with those that are submitted at the same time. */
  create(research: NewResearch): Promise<CreatedResearch>;
};

/** Opens the one way in for a process that takes submissions from many at once. */
export function openResearchIntake(sql: Sql): ResearchIntake {
  const create = groupCalls<GivenResearch, CreatedResearch>((given) => createGiven(sql, given), {
    maxCalls: MAX_JOBS,
    maxSize: MAX_CHARACTERS,
    atOnce: Math.min(AT_ONCE, sql.atOnce),
    enough: ENOUGH,
    sizeOf: ({ json }) => json.length,
  });
  return { create: async (research) => create(givenResearch(research)) };
}
