import { z } from "zod";

/** What a report says otherwise than the one before. Statements are without their citations, whose numbers mean nothing. */
export const ReportChanges = z.object({
  compared_with: z.string().meta({ description: "The id of the job whose report is the one before." }),
  changed: z.boolean(),
  added: z.array(z.string()).meta({ description: "Statements that are new." }),
  removed: z.array(z.string()).meta({ description: "Statements that are gone." }),
  numbers: z
    .array(
      z.object({
        statement: z.string(),
        before: z.string(),
        numbers: z
          .array(z.object({ from: z.string(), to: z.string() }))
          .meta({ description: "The numbers that differ, in the order of the text." }),
      }),
    )
    .meta({ description: "Statements that are the same but for their numbers." }),
});
export type ReportChanges = z.infer<typeof ReportChanges>;
