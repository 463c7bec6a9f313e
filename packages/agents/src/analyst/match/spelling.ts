import { stem } from "./stem.ts";

/** Words of questions that are long enough to be told from others with a letter wrong. */
const WORDS =
  `subjects patients participants adverse events serious severe severity moderate treatment treatments placebo
  median average percentage proportion percent number distribution maximum minimum discontinued discontinuation completed
  hospitalization hospitalized reactions reaction medication medications concomitant laboratory systolic diastolic pressure
  baseline screening screened female females gender ethnicity highest lowest difference between compare duration emergent
  related relationship outcome reported experienced randomized randomised exposure history diagnosis condition conditions
  preferred frequent frequently common received withdrew withdrawn criteria inclusion exclusion indication dermatologic
  cholesterol creatinine hemoglobin haemoglobin glucose potassium albumin bilirubin platelets pruritus erythema dizziness
  headache nausea vomiting diarrhea hypertension country manufacturer physician xanomeline`
    .split(/\s+/)
    .filter((word) => word.length >= 6);

/** Whether one letter changed, added, dropped or swapped with its neighbour makes one word of the other. */
function isOneOff(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const [restA, restB] = [a.slice(at), b.slice(at)];
  return (
    restA.slice(1) === restB.slice(1) ||
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  );
}

/** The common word that a misspelt one stands for; null where none is near, or two are. */
export function meantWord(word: string): string | null {
  const lower = word.toLowerCase();
  if (!/^[a-z]{5,}$/.test(lower) || word === word.toUpperCase()) return null;
  const near = WORDS.filter((known) => known[0] === lower[0] && isOneOff(lower, known));
  const stems = new Set(near.map(stem));
  return stems.size === 1 ? (near[0] ?? null) : null;
}
