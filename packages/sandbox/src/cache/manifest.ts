import { AppError, DocumentProfile, TableFileProfile } from "@pharmadb/contracts";
import { z } from "zod";
import type { Prepared } from "../pool/messages.ts";
import type { Passage } from "../sandbox.ts";

const Manifest = z.object({
  inspection: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("table"), mediaType: z.string(), profile: TableFileProfile }),
    z.object({ kind: z.literal("document"), mediaType: z.string(), profile: DocumentProfile }),
  ]),
  storedTables: z.array(z.string()),
});

const Passages = z.array(
  z.object({
    n: z.number().int(),
    text: z.string(),
    page: z.number().int().nullable(),
    section: z.string().nullable(),
  }),
);

/** What a child says it prepared. It has handled hostile bytes, so its word is checked like anybody's. */
export function parseManifest(value: unknown): Prepared {
  return checked(Manifest.safeParse(value));
}

export function parsePassages(value: unknown): Passage[] {
  return checked(Passages.safeParse(value));
}

function checked<T>(result: z.ZodSafeParseResult<T>): T {
  if (result.success) return result.data;
  throw new AppError("sandbox_failed", "A sandbox process gave an answer of an unknown shape.", {
    cause: result.error,
  });
}
