import type { EvidenceSource } from "@pharmadb/contracts";

/** Where evidence comes from, in words: file or record, page, section. */
export function sourceLine({ name, page, section, url }: EvidenceSource): string {
  const parts = [
    name,
    ...(page === null ? [] : [`page ${page}`]),
    ...(section === null ? [] : [`section "${section}"`]),
    ...(url === null ? [] : [url]),
  ];
  return parts.join(", ");
}
