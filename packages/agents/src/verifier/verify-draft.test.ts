import { expect, test } from "vitest";
import { tableEvidence } from "../testing/sample-evidence.ts";
import { citedNumbers } from "./citations.ts";
import { splitSentences } from "./split-sentences.ts";
import { type Draft, verifyDraft } from "./verify-draft.ts";

const evidence = new Map([[1, tableEvidence(1, { n: "BIGINT" }, [[42]])]]);

function verify(draft: Partial<Draft>) {
  return verifyDraft(
    { title: "Events", answer: "42 events [E1].", findings: [], tables: [], limitations: [], ...draft },
    evidence,
    "How many?",
  );
}

function finding(statement: string, numbers: number[] = []): Draft["findings"][number] {
  return { statement, evidence: numbers, confidence: "high" };
}

test("a finding that cites evidence that does not exist is dropped and noted", () => {
  const { findings, limitations, counts } = verify({
    findings: [finding("42 events [E1].", [1]), finding("42 events [E1][E9].", [1]), finding("42 events.", [8])],
  });
  expect(findings.map(({ verdict }) => verdict)).toEqual(["supported"]);
  expect(limitations.join(" ")).toMatch(/E9.*E8/);
  expect(counts).toMatchObject({ supported: 1, dropped: 2 });
});

test("a finding without any citation is not supported and says why", () => {
  const { findings, limitations } = verify({ findings: [finding("42 events.")] });
  expect(findings).toMatchObject([{ verdict: "not_supported", issues: ["No evidence is cited."], evidence: [] }]);
  expect(limitations).toEqual([expect.stringContaining("42 events.")]);
});

test("evidence that a finding lists but does not cite in its text is put there", () => {
  const { findings } = verify({ findings: [finding("There were 42 events.", [1])] });
  expect(findings).toMatchObject([{ statement: "There were 42 events [E1].", evidence: [1], verdict: "supported" }]);
});

test("a number that the evidence lacks is flagged with the reason", () => {
  const { findings } = verify({ findings: [finding("43 events [E1].", [1])] });
  expect(findings).toMatchObject([{ verdict: "not_supported", issues: [expect.stringContaining("43")] }]);
});

test("a sentence of the answer that cites unknown evidence goes, one with another number is named", () => {
  const { answer, limitations } = verify({
    answer: "There were 42 events [E1]. All were mild [E7]. Then 44 more [E1].",
  });
  expect(answer).toBe("There were 42 events [E1]. Then 44 more [E1].");
  expect(limitations).toEqual([expect.stringContaining("E7"), expect.stringContaining("44")]);
});

test("an answer of which nothing is left says so", () => {
  expect(verify({ answer: "All were mild [E7]." }).answer).toMatch(/could be kept/);
});

test("the title's numbers are held against all that the report cites", () => {
  expect(verify({ title: "42 events" }).limitations).toEqual([]);
  expect(verify({ title: "45 events" }).limitations).toEqual([expect.stringContaining("45")]);
});

test("limitations and table titles are held against the evidence too", () => {
  const lines = ["No confidence interval of 95% was computed.", "7 dates are missing [E1].", "Sites differ [E5]."];
  const { limitations } = verify({ limitations: lines, tables: [{ title: "The 12 sites", evidence: 1 }] });
  expect(limitations).toEqual([
    "No confidence interval of 95% was computed.",
    "7 dates are missing [E1].",
    expect.stringMatching(/limitation.*7/),
    expect.stringMatching(/left out \(1\)/),
    expect.stringMatching(/title of a table.*12/),
  ]);
});

test("citations are read in every usual form", () => {
  expect(citedNumbers("a [E1] b [E2, E4] c [E6–E8] d [e10; 11] E3 [5]")).toEqual([1, 2, 4, 6, 7, 8, 10, 11]);
});

test("sentences keep their abbreviations, decimals and citations", () => {
  const text = "Dose was 5.4 mg (e.g. daily) [E1]. It rose vs. placebo. [E2] Last one!\nNew line";
  expect(splitSentences(text)).toEqual([
    "Dose was 5.4 mg (e.g. daily) [E1]. ",
    "It rose vs. placebo. [E2] ",
    "Last one!\n",
    "New line",
  ]);
  expect(splitSentences(text).join("")).toBe(text);
});
