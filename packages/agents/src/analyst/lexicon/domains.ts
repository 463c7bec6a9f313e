/** What the rows of a table are called. */
export type Domain = {
  id: string;
  /** On the table's name or its DOMAIN value, lower-case. */
  name: RegExp;
  /** Columns that tell the domain where the name does not. */
  columns: string[];
  nouns: string[];
  /** What a count of rows is called, where `records` would be stiff. */
  rows?: string;
  /** The column that names the things counted, best first. */
  terms: string[];
};

const RECORD = ["record", "row", "entry", "observation", "data"];

function withRecords(nouns: string[]): string[] {
  return nouns.flatMap((noun) => [noun, ...RECORD.map((record) => `${noun} ${record}`)]);
}

export const DOMAINS: Domain[] = [
  {
    id: "ae",
    rows: "adverse events",
    name: /^(ae|adae)$/,
    columns: ["AEDECOD", "AETERM"],
    terms: ["AEDECOD", "AETERM"],
    nouns: withRecords([
      "adverse event",
      "ae",
      "event",
      "side effect",
      "adverse reaction",
      "adverse experience",
      "toxicity",
      "adverse effect",
      "adverse drug reaction",
    ]),
  },
  {
    id: "cm",
    name: /^(cm|adcm)$/,
    columns: ["CMTRT"],
    terms: ["CMDECOD", "CMTRT"],
    nouns: withRecords([
      "concomitant medication",
      "concomitant drug",
      "medication",
      "conmed",
      "con med",
      "concomitant therapy",
      "medicine",
      "drug",
    ]),
  },
  {
    id: "mh",
    name: /^(mh|admh)$/,
    columns: ["MHTERM"],
    terms: ["MHDECOD", "MHTERM"],
    nouns: withRecords([
      "medical history",
      "medical history event",
      "medical history condition",
      "medical condition",
      "history",
      "pre existing condition",
      "condition",
      "medical history term",
      "historical condition",
      "prior",
      "previous",
      "past",
      "prior history",
      "past medical history",
    ]),
  },
  {
    id: "ex",
    name: /^(ex|adex)$/,
    columns: ["EXTRT"],
    terms: ["EXTRT"],
    nouns: withRecords(["exposure", "dosing", "administration", "dose administration", "exposure interval"]),
  },
  {
    id: "lb",
    rows: "laboratory results",
    name: /^(lb|adlb.*)$/,
    columns: ["LBTESTCD"],
    terms: ["LBTEST", "LBTESTCD", "PARAM"],
    nouns: withRecords([
      "lab",
      "laboratory",
      "lab result",
      "laboratory result",
      "laboratory test result",
      "lab test result",
      "lab measurement",
      "laboratory measurement",
      "lab value",
      "laboratory value",
    ]),
  },
  {
    id: "vs",
    rows: "measurements",
    name: /^(vs|advs)$/,
    columns: ["VSTESTCD"],
    terms: ["VSTEST", "VSTESTCD", "PARAM"],
    nouns: withRecords(["vital sign", "vital", "vital sign measurement", "vital sign result"]),
  },
  {
    id: "ds",
    name: /^(ds|adds)$/,
    columns: ["DSDECOD"],
    terms: ["DSDECOD", "DSTERM"],
    nouns: withRecords(["disposition", "disposition event"]),
  },
  {
    id: "adsl",
    name: /^(adsl|dm)$/,
    columns: ["ARM", "AGE", "SEX"],
    terms: [],
    nouns: withRecords(["demographic", "demography"]),
  },
  { id: "sv", name: /^sv$/, columns: ["SVSTDTC"], terms: ["VISIT"], nouns: withRecords(["visit", "subject visit"]) },
  {
    id: "se",
    name: /^se$/,
    columns: ["SESTDTC"],
    terms: ["ELEMENT"],
    nouns: withRecords(["element", "subject element"]),
  },
  {
    id: "ti",
    name: /^ti$/,
    columns: ["IETESTCD"],
    terms: ["IETEST"],
    nouns: withRecords(["criterion", "criteria", "eligibility criterion", "eligibility criteria"]),
  },
  {
    id: "ts",
    name: /^ts$/,
    columns: ["TSPARMCD"],
    terms: ["TSPARM"],
    nouns: withRecords(["trial summary", "trial summary parameter"]),
  },
  {
    id: "tv",
    name: /^tv$/,
    columns: ["TVSTRL"],
    terms: ["VISIT"],
    nouns: withRecords(["planned visit", "trial visit", "scheduled visit", "visit"]),
  },
  { id: "ta", name: /^ta$/, columns: ["TAETORD"], terms: ["ARM"], nouns: withRecords(["trial arm"]) },
  { id: "te", name: /^te$/, columns: ["TESTRL"], terms: ["ELEMENT"], nouns: withRecords(["trial element", "element"]) },
  { id: "sc", name: /^sc$/, columns: ["SCTESTCD"], terms: ["SCTEST"], nouns: withRecords(["subject characteristic"]) },
  { id: "relrec", name: /^relrec$/, columns: ["RELID"], terms: [], nouns: withRecords(["relationship", "related"]) },
  {
    id: "supp",
    name: /^supp/,
    columns: ["QNAM", "QVAL"],
    terms: ["QLABEL"],
    nouns: withRecords(["supplemental qualifier", "supplemental", "qualifier"]),
  },
  { id: "tte", name: /^adtte/, columns: ["CNSR"], terms: ["PARAM"], nouns: withRecords(["time to event"]) },
  {
    id: "qs",
    name: /^(qs|adqs.*)$/,
    columns: [],
    terms: ["PARAM", "QSTEST"],
    nouns: withRecords(["questionnaire", "assessment", "questionnaire result"]),
  },
  {
    id: "reac",
    rows: "reactions",
    name: /^reac/,
    columns: ["PT"],
    terms: ["pt"],
    nouns: withRecords([
      "reaction",
      "adverse event",
      "adverse reaction",
      "event",
      "adverse drug reaction",
      "side effect",
    ]),
  },
  {
    id: "drug",
    name: /^drug/,
    columns: ["DRUGNAME"],
    terms: ["drugname"],
    nouns: withRecords(["drug", "product", "medication", "medicine"]),
  },
  { id: "indi", name: /^indi\d/, columns: ["INDI_PT"], terms: ["indi_pt"], nouns: withRecords(["indication"]) },
  {
    id: "outc",
    name: /^outc/,
    columns: ["OUTC_COD"],
    terms: ["outc_cod"],
    nouns: withRecords(["outcome", "patient outcome"]),
  },
  {
    id: "ther",
    name: /^ther\d/,
    columns: ["DSG_DRUG_SEQ"],
    terms: [],
    nouns: withRecords(["therapy", "drug therapy"]),
  },
  { id: "demo", name: /^demo\d/, columns: ["REPORTER_COUNTRY"], terms: [], nouns: withRecords(["demographic"]) },
  { id: "rpsr", name: /^rpsr/, columns: ["RPSR_COD"], terms: ["rpsr_cod"], nouns: withRecords(["report source"]) },
];

/** Words for the people (or cases) that a table is about. */
export const SUBJECT_PHRASES = [
  "subject",
  "patient",
  "participant",
  "volunteer",
  "person",
  "people",
  "individual",
  "enrollee",
  "study subject",
  "study participant",
  "trial participant",
  "trial subject",
  "unique subject",
  "study patient",
  "unique patient",
  "case",
  "report",
  "safety report",
  "case report",
  "individual case safety report",
  "icsr",
  "faers report",
  "faers case",
  "enrolled subject",
];

/** Words for rows of any table. */
export const RECORD_PHRASES = ["record", "row", "entry", "observation", "line"];
