import { idPattern } from "@pharmadb/contracts";
import { z } from "zod";

/** The path of everything under one schedule. */
export const ScheduleParams = z.object({
  id: z.string().regex(idPattern("sch")).meta({ description: "The id of the schedule." }),
});
