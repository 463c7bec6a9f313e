import { idPattern } from "@pharmadb/contracts";
import { z } from "zod";

/** The path of everything under one job. */
export const ResearchParams = z.object({
  id: z.string().regex(idPattern("res")).meta({ description: "The id of the job." }),
});
