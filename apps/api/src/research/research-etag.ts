import type { ResearchRecord } from "@pharmadb/store";

/** Weak: the version says that the content is the same, not that a newer release writes the same bytes. */
export function researchEtag({ version }: ResearchRecord): string {
  return `W/"${version}"`;
}
