import type { EvidenceNumbers, HeldNumber } from "./evidence-numbers.ts";
import type { NumberToken } from "./scan-numbers.ts";

// Binary fractions: 0.285 * 100 is 28.499999999999996 and must still round to 28.5.
const RELATIVE_NOISE = 1e-9;
/** How far "about 1,200" may be from the number it stands for. */
const MOST_APPROXIMATION = 0.05;

/** Whether a number that evidence holds is the claimed one, or becomes it by rounding. */
function backsNumber(held: HeldNumber, claim: NumberToken): boolean {
  if (claim.percent) {
    if (held.kind === "count") return false;
    return isRounded(held.value, claim) || (Math.abs(held.value) <= 1 && isRounded(held.value * 100, claim));
  }
  // 14 subjects are not backed by 14.3 percent.
  const whole = Number.isInteger(claim.value) && claim.halfUnit === 0.5;
  if (held.kind === "percent" && whole && !Number.isInteger(held.value)) return false;
  return isRounded(held.value, claim);
}

function isRounded(value: number, claim: NumberToken): boolean {
  if (claim.negative && value > 0) return false;
  // Without a sign, "fell by 3.2" may stand for -3.2.
  const distance = Math.abs(Math.abs(value) - claim.value);
  const noise = Math.abs(value) * RELATIVE_NOISE;
  if (distance <= claim.halfUnit + noise) return true;
  return claim.approximate && isApproximated(Math.abs(value), claim, distance);
}

/** Trailing zeros count as rounded behind "about", within limits. */
function isApproximated(value: number, claim: NumberToken, distance: number): boolean {
  const zeros = /0+$/.exec(String(claim.value))?.[0].length ?? 0;
  return distance <= 0.5 * 10 ** zeros && distance <= value * MOST_APPROXIMATION;
}

/** Whether any number held backs the claim; a claim with a decimal comma may be two numbers. */
export function isBacked(claim: NumberToken, held: EvidenceNumbers): boolean {
  if (held.numbers.some((one) => backsNumber(one, claim))) return true;
  if (claim.word && held.distinct.has(claim.value)) return true;
  if (claim.ordinal && claim.value >= 1 && claim.value <= held.mostRows) return true;
  const { pair } = claim;
  if (pair === null) return false;
  return pair.every((value) => isBacked({ ...claim, value, halfUnit: 0.5, pair: null }, held));
}

/** Two counts of one piece of evidence whose share is the claimed percentage. */
export type Share = { part: number; whole: number; evidence: number };

// A result of one row: part, whole and the number of rows.
const MOST_NUMBERS_TO_PAIR = 3;

/**
 * The counts behind a percentage that the evidence does not hold itself. Only counts that the statement names are
 * tried, or those of a result of very few numbers: among many numbers any percentage would find its pair.
 */
export function shareBehind(claim: NumberToken, named: readonly number[], held: EvidenceNumbers): Share | null {
  if (!claim.percent) return null;
  for (const evidence of new Set(held.numbers.map((one) => one.evidence))) {
    const counts = held.numbers.filter((one) => one.evidence === evidence && isCount(one)).map((one) => one.value);
    const few = counts.length <= MOST_NUMBERS_TO_PAIR;
    const tried = few ? counts : [...new Set(counts.filter((value) => named.includes(value)))];
    for (const [index, part] of tried.entries()) {
      const whole = tried.find(
        (other, at) => at !== index && other > 0 && part <= other && isShare(part, other, claim),
      );
      if (whole !== undefined) return { part, whole, evidence };
    }
  }
  return null;
}

function isShare(part: number, whole: number, claim: NumberToken): boolean {
  return isRounded((100 * part) / whole, claim);
}

function isCount({ value, kind }: HeldNumber): boolean {
  return kind !== "percent" && Number.isInteger(value) && value >= 0;
}
