// A label's title names the brand and, in brackets, the substance: `VIAGRA® (sildenafil citrate) tablets`.
const BRAND_AND_SUBSTANCE = /([\p{L}\p{N}-]{3,})\s*[®™]?\s*\(([\p{L}-]{4,})/u;
const NO_NAMES = new Set(
  `amendment appendix capsule capsules cream guidance injection ointment protocol section solution study suspension
  table tablet tablets version`.split(/\s+/),
);

/**
 * The two names under which a document speaks of its drug, where its title gives both. Labels write the one and
 * readers ask for the other, so that search takes them for the same word.
 */
export function drugNames(title: string): [brand: string, substance: string] | null {
  const match = BRAND_AND_SUBSTANCE.exec(title);
  const [, brand, substance] = match ?? [];
  if (brand === undefined || substance === undefined || NO_NAMES.has(brand.toLowerCase())) return null;
  return [brand, substance];
}

/** The text with each of the two names followed by the other. */
export function withBothNames(text: string, names: [string, string] | null): string {
  if (names === null) return text;
  const [brand, substance] = names;
  return text.replace(
    new RegExp(`(?<![\\p{L}\\p{N}])(?:${brand}|${substance})(?![\\p{L}\\p{N}])`, "giu"),
    `${brand} ${substance}`,
  );
}
