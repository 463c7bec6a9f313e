import { AppError, idPattern } from "@pharmadb/contracts";
import { z } from "zod";

/** The path of everything under one file. */
export const FileParams = z.object({
  id: z.string().regex(idPattern("file")).meta({ description: "The id of the file." }),
});

/** What a client meets that names a file which does not exist, or not for it. */
export function noSuchFile(id: string): AppError {
  return new AppError("not_found", `There is no file ${id}.`);
}
