import { createRandom, type Random } from "./random.ts";

// A made-up trial of a made-up drug: any likeness to a real study is chance.
const STUDY = "VEL-201";
const SUBJECTS = 150;
const SITES = ["101", "102", "103", "204", "205"] as const;
const ARMS = [
  { code: "PBO", name: "Placebo", doseMg: 0 },
  { code: "V10", name: "Veltraxin 10 mg", doseMg: 10 },
  { code: "V20", name: "Veltraxin 20 mg", doseMg: 20 },
] as const;
type Arm = (typeof ARMS)[number];

/** Terms with the chance, in percent, that a subject of the placebo, 10 mg and 20 mg arm has one. */
const TERMS = [
  { term: "NAUSEA", system: "GASTROINTESTINAL DISORDERS", percent: [10, 16, 30] },
  { term: "DIARRHOEA", system: "GASTROINTESTINAL DISORDERS", percent: [8, 10, 18] },
  { term: "HEADACHE", system: "NERVOUS SYSTEM DISORDERS", percent: [16, 18, 17] },
  { term: "DIZZINESS", system: "NERVOUS SYSTEM DISORDERS", percent: [6, 12, 20] },
  { term: "FATIGUE", system: "GENERAL DISORDERS AND ADMINISTRATION SITE CONDITIONS", percent: [10, 12, 16] },
  { term: "RASH", system: "SKIN AND SUBCUTANEOUS TISSUE DISORDERS", percent: [4, 8, 14] },
  { term: "ALANINE AMINOTRANSFERASE INCREASED", system: "INVESTIGATIONS", percent: [2, 5, 12] },
  { term: "NASOPHARYNGITIS", system: "INFECTIONS AND INFESTATIONS", percent: [14, 12, 13] },
  { term: "PNEUMONIA", system: "INFECTIONS AND INFESTATIONS", percent: [2, 3, 4] },
] as const;

const LAB_TESTS = [
  { code: "ALT", name: "Alanine Aminotransferase", unit: "U/L", mean: 24, spread: 8, low: 7, high: 56, slope: 0.6 },
  { code: "AST", name: "Aspartate Aminotransferase", unit: "U/L", mean: 22, spread: 6, low: 10, high: 40, slope: 0.4 },
  { code: "BILI", name: "Bilirubin", unit: "umol/L", mean: 9, spread: 3, low: 3, high: 21, slope: 0.02 },
  { code: "CREAT", name: "Creatinine", unit: "umol/L", mean: 78, spread: 12, low: 53, high: 106, slope: 0 },
] as const;
const VISITS = [
  { number: 1, name: "BASELINE", day: 1 },
  { number: 2, name: "WEEK 4", day: 29 },
  { number: 3, name: "WEEK 12", day: 85 },
] as const;

export type Cell = string | number | null;
export type Table = { name: string; label: string; columns: { name: string; label: string }[]; rows: Cell[][] };

type Subject = {
  id: string;
  number: string;
  site: string;
  arm: Arm;
  start: Date;
  lastDay: number;
  age: number;
  sex: string;
  race: string;
};

const DAY_MS = 86_400_000;

function dateOn(start: Date, day: number): string {
  return new Date(start.getTime() + (day - 1) * DAY_MS).toISOString().slice(0, 10);
}

function makeSubjects(random: Random): Subject[] {
  return Array.from({ length: SUBJECTS }, (_, index) => {
    const site = random.pick(SITES);
    const number = String(index + 1).padStart(4, "0");
    const start = new Date(Date.UTC(2025, 0, 6) + random.integer(0, 200) * DAY_MS);
    return {
      id: `${STUDY}-${site}-${number}`,
      number,
      site,
      arm: ARMS[index % ARMS.length] ?? ARMS[0],
      start,
      lastDay: random.chance(0.14) ? random.integer(8, 80) : 85,
      age: Math.min(84, Math.max(19, Math.round(random.normal(54, 13)))),
      sex: random.chance(0.52) ? "F" : "M",
      race: random.pick(["WHITE", "WHITE", "WHITE", "ASIAN", "BLACK OR AFRICAN AMERICAN"]),
    };
  });
}

function columns(...pairs: [string, string][]): Table["columns"] {
  return pairs.map(([name, label]) => ({ name, label }));
}

function demographics(subjects: Subject[]): Table {
  return {
    name: "dm",
    label: "Demographics",
    columns: columns(
      ["STUDYID", "Study Identifier"],
      ["DOMAIN", "Domain Abbreviation"],
      ["USUBJID", "Unique Subject Identifier"],
      ["SUBJID", "Subject Identifier for the Study"],
      ["RFSTDTC", "Subject Reference Start Date/Time"],
      ["RFENDTC", "Subject Reference End Date/Time"],
      ["SITEID", "Study Site Identifier"],
      ["AGE", "Age"],
      ["AGEU", "Age Units"],
      ["SEX", "Sex"],
      ["RACE", "Race"],
      ["ARMCD", "Planned Arm Code"],
      ["ARM", "Description of Planned Arm"],
      ["ACTARM", "Description of Actual Arm"],
    ),
    rows: subjects.map((subject) => [
      STUDY,
      "DM",
      subject.id,
      subject.number,
      dateOn(subject.start, 1),
      dateOn(subject.start, subject.lastDay),
      subject.site,
      subject.age,
      "YEARS",
      subject.sex,
      subject.race,
      subject.arm.code,
      subject.arm.name,
      subject.arm.name,
    ]),
  };
}

function adverseEvents(subjects: Subject[], random: Random): Table {
  const rows = subjects.flatMap((subject) => {
    const armIndex = ARMS.indexOf(subject.arm);
    const happened = TERMS.filter((entry) => random.next() * 100 < (entry.percent[armIndex] ?? 0));
    return happened.map((entry, index): Cell[] => {
      const day = random.integer(1, subject.lastDay);
      const severity = random.pick(["MILD", "MILD", "MILD", "MODERATE", "MODERATE", "SEVERE"]);
      const serious = entry.term === "PNEUMONIA" || (severity === "SEVERE" && random.chance(0.5));
      const related = subject.arm.doseMg > 0 && random.chance(0.6);
      const resolved = random.chance(0.85);
      return [
        STUDY,
        "AE",
        subject.id,
        index + 1,
        entry.term,
        entry.term,
        entry.system,
        severity,
        serious ? "Y" : "N",
        related ? "RELATED" : "NOT RELATED",
        serious && random.chance(0.4) ? "DRUG WITHDRAWN" : "DOSE NOT CHANGED",
        resolved ? "RECOVERED/RESOLVED" : "NOT RECOVERED/NOT RESOLVED",
        dateOn(subject.start, day),
        resolved ? dateOn(subject.start, day + random.integer(1, 14)) : null,
        day,
      ];
    });
  });
  return {
    name: "ae",
    label: "Adverse Events",
    columns: columns(
      ["STUDYID", "Study Identifier"],
      ["DOMAIN", "Domain Abbreviation"],
      ["USUBJID", "Unique Subject Identifier"],
      ["AESEQ", "Sequence Number"],
      ["AETERM", "Reported Term for the Adverse Event"],
      ["AEDECOD", "Dictionary-Derived Term"],
      ["AEBODSYS", "Body System or Organ Class"],
      ["AESEV", "Severity/Intensity"],
      ["AESER", "Serious Event"],
      ["AEREL", "Causality"],
      ["AEACN", "Action Taken with Study Treatment"],
      ["AEOUT", "Outcome of Adverse Event"],
      ["AESTDTC", "Start Date/Time of Adverse Event"],
      ["AEENDTC", "End Date/Time of Adverse Event"],
      ["AESTDY", "Study Day of Start of Adverse Event"],
    ),
    rows,
  };
}

function exposure(subjects: Subject[]): Table {
  return {
    name: "ex",
    label: "Exposure",
    columns: columns(
      ["STUDYID", "Study Identifier"],
      ["DOMAIN", "Domain Abbreviation"],
      ["USUBJID", "Unique Subject Identifier"],
      ["EXSEQ", "Sequence Number"],
      ["EXTRT", "Name of Treatment"],
      ["EXDOSE", "Dose"],
      ["EXDOSU", "Dose Units"],
      ["EXDOSFRQ", "Dosing Frequency per Interval"],
      ["EXSTDTC", "Start Date/Time of Treatment"],
      ["EXENDTC", "End Date/Time of Treatment"],
    ),
    rows: subjects.map((subject) => [
      STUDY,
      "EX",
      subject.id,
      1,
      subject.arm.doseMg > 0 ? "VELTRAXIN" : "PLACEBO",
      subject.arm.doseMg,
      "mg",
      "QD",
      dateOn(subject.start, 1),
      dateOn(subject.start, subject.lastDay),
    ]),
  };
}

function laboratory(subjects: Subject[], random: Random): Table {
  const rows = subjects.flatMap((subject) => {
    const visits = VISITS.filter((visit) => visit.day <= subject.lastDay);
    return visits.flatMap((visit, visitIndex) =>
      LAB_TESTS.map((test, testIndex): Cell[] => {
        const drift = test.slope * subject.arm.doseMg * (visit.day / 85);
        const value = Math.round(Math.max(test.mean / 4, random.normal(test.mean + drift, test.spread)) * 10) / 10;
        const flag = value > test.high ? "HIGH" : value < test.low ? "LOW" : "NORMAL";
        return [
          STUDY,
          "LB",
          subject.id,
          visitIndex * LAB_TESTS.length + testIndex + 1,
          test.code,
          test.name,
          value,
          test.unit,
          test.low,
          test.high,
          flag,
          visit.number === 1 ? "Y" : null,
          visit.number,
          visit.name,
          dateOn(subject.start, visit.day),
          visit.day,
        ];
      }),
    );
  });
  return {
    name: "lb",
    label: "Laboratory Test Results",
    columns: columns(
      ["STUDYID", "Study Identifier"],
      ["DOMAIN", "Domain Abbreviation"],
      ["USUBJID", "Unique Subject Identifier"],
      ["LBSEQ", "Sequence Number"],
      ["LBTESTCD", "Lab Test or Examination Short Name"],
      ["LBTEST", "Lab Test or Examination Name"],
      ["LBSTRESN", "Numeric Result/Finding in Standard Units"],
      ["LBSTRESU", "Standard Units"],
      ["LBSTNRLO", "Reference Range Lower Limit-Std Units"],
      ["LBSTNRHI", "Reference Range Upper Limit-Std Units"],
      ["LBNRIND", "Reference Range Indicator"],
      ["LBBLFL", "Baseline Flag"],
      ["VISITNUM", "Visit Number"],
      ["VISIT", "Visit Name"],
      ["LBDTC", "Date/Time of Specimen Collection"],
      ["LBDY", "Study Day of Specimen Collection"],
    ),
    rows,
  };
}

function subjectLevel(subjects: Subject[]): Table {
  return {
    name: "adsl",
    label: "Subject-Level Analysis Dataset",
    columns: columns(
      ["USUBJID", "Unique Subject Identifier"],
      ["SITEID", "Study Site Identifier"],
      ["AGE", "Age"],
      ["SEX", "Sex"],
      ["TRT01A", "Actual Treatment for Period 01"],
      ["SAFFL", "Safety Population Flag"],
      ["EOSSTT", "End of Study Status"],
      ["TRTDURD", "Total Treatment Duration (Days)"],
    ),
    rows: subjects.map((subject) => [
      subject.id,
      subject.site,
      subject.age,
      subject.sex,
      subject.arm.name,
      "Y",
      subject.lastDay === 85 ? "COMPLETED" : "DISCONTINUED",
      subject.lastDay,
    ]),
  };
}

/** The sample trial: SDTM domains DM, AE, EX, LB and the ADaM data set ADSL. The same for the same seed. */
export function makeTrial(seed: number): { dm: Table; ae: Table; ex: Table; lb: Table; adsl: Table } {
  const random = createRandom(seed);
  const subjects = makeSubjects(random);
  return {
    dm: demographics(subjects),
    ae: adverseEvents(subjects, random),
    ex: exposure(subjects),
    lb: laboratory(subjects, random),
    adsl: subjectLevel(subjects),
  };
}
