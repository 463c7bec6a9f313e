import { idPattern } from "@pharmadb/contracts";
import { z } from "zod";

export const BatchParams = z.object({
  id: z.string().regex(idPattern("bat")).meta({ description: "The id of the batch." }),
});
