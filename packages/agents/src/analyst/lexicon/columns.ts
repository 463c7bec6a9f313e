/** What a column is used for; rules ask for roles, not for names. */
type ColumnRole =
  | "subject"
  | "study"
  | "arm"
  | "age"
  | "sex"
  | "site"
  | "term"
  | "class"
  | "test"
  | "result"
  | "unit"
  | "change"
  | "baseline"
  | "visit"
  | "start_date"
  | "end_date"
  | "date"
  | "start_day"
  | "end_day"
  | "duration"
  | "dose"
  | "disposition"
  | "code"
  | "sequence";

export type ColumnMeaning = {
  /** On the upper-case name; `--` stands for a two-letter domain prefix. */
  name: RegExp;
  phrases: string[];
  role?: ColumnRole;
  /** Among columns of one role or phrase the lowest is taken. */
  rank?: number;
};

const any = "(?:[A-Z]{2})";

function named(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern.replaceAll("--", any)})$`);
}

/** SDTM, ADaM and FAERS variables by name, since a CSV carries no labels. The first that fits counts. */
export const COLUMN_MEANINGS: ColumnMeaning[] = [
  { name: named("USUBJID"), role: "subject", rank: 0, phrases: ["unique subject identifier", "subject id", "subject"] },
  { name: named("CASEID"), role: "subject", rank: 2, phrases: ["case id", "case number"] },
  { name: named("PRIMARYID"), role: "subject", rank: 1, phrases: ["primary id", "report id"] },
  {
    name: named("SUBJID|SUBJECT|SUBJECT_?ID|PATIENT|PATIENT_?ID|PATID|PT_?ID|PARTICIPANT_?ID|ID"),
    role: "subject",
    rank: 3,
    phrases: ["subject id", "patient id"],
  },
  { name: named("ROWNAMES|ROW_?ID|INDEX"), role: "sequence", phrases: [] },
  { name: named("STUDYID"), role: "study", phrases: ["study id", "study identifier"] },
  { name: named("DOMAIN|RDOMAIN"), phrases: ["domain"] },
  {
    name: named("SITEID|SITE|SITE_?ID|CENTER|CENTRE"),
    role: "site",
    phrases: ["site", "study site", "center", "centre", "investigational site", "clinical site"],
  },
  { name: named("SITEGR1"), phrases: ["pooled site", "site group", "pooled site group"] },
  { name: named("COUNTRY"), phrases: ["country", "nation"] },
  { name: named("REGION1?"), phrases: ["region"] },
  {
    name: named("TRT01A"),
    role: "arm",
    rank: 0,
    phrases: ["actual treatment", "actual arm", "actual treatment arm", "treatment received", "actual treatment group"],
  },
  {
    name: named("TRTA"),
    role: "arm",
    rank: 1,
    phrases: ["actual treatment", "actual arm", "actual treatment arm", "treatment received", "actual treatment group"],
  },
  {
    name: named("TRT01P"),
    role: "arm",
    rank: 2,
    phrases: [
      "planned treatment",
      "planned arm",
      "planned treatment arm",
      "assigned treatment",
      "randomized treatment",
      "randomised arm",
      "treatment assigned",
      "assigned arm",
      "randomized arm",
      "planned treatment group",
    ],
  },
  {
    name: named("TRTP"),
    role: "arm",
    rank: 3,
    phrases: [
      "planned treatment",
      "planned arm",
      "planned treatment arm",
      "assigned treatment",
      "randomized treatment",
      "assigned arm",
      "randomized arm",
      "planned treatment group",
    ],
  },
  {
    name: named("ARM|TREATMENT_?ARM"),
    role: "arm",
    rank: 4,
    phrases: [
      "planned arm",
      "planned treatment arm",
      "assigned arm",
      "randomized arm",
      "assigned treatment",
      "planned treatment",
      "randomized treatment",
      "planned treatment group",
    ],
  },
  {
    name: named("ACTARM"),
    role: "arm",
    rank: 5,
    phrases: ["actual arm", "actual treatment", "actual treatment arm", "treatment received", "actual treatment group"],
  },
  {
    name: named("RX|TRT|TREAT|TREATMENT|GROUP|TREATMENT_?GROUP|TX|STUDY_?ARM|ALLOCATION"),
    role: "arm",
    rank: 6,
    phrases: ["treatment", "actual treatment", "planned arm"],
  },
  { name: named("ARMCD"), role: "code", phrases: ["arm code", "planned arm code"] },
  { name: named("ACTARMCD"), role: "code", phrases: ["actual arm code"] },
  { name: named("AGE"), role: "age", phrases: ["age", "years of age"] },
  { name: named("AGEGR1|AGE_?GROUP|AGE_GRP"), phrases: ["age group", "age category", "age band", "age class"] },
  { name: named("AGEU|AGE_COD"), role: "unit", phrases: ["age unit", "age units"] },
  { name: named("SEX|GENDER"), role: "sex", phrases: ["sex", "gender"] },
  { name: named("RACE"), phrases: ["race", "racial", "racial group"] },
  { name: named("ETHNIC|ETHNICITY"), phrases: ["ethnicity", "ethnic", "ethnic group", "ethnic origin"] },
  { name: named("BMIBL|BMI"), phrases: ["bmi", "body mass index", "baseline bmi", "baseline body mass index"] },
  { name: named("BMIBLGR1"), phrases: ["bmi group", "bmi category", "baseline bmi group"] },
  { name: named("HEIGHTBL|HEIGHT|HT"), phrases: ["height", "baseline height"] },
  { name: named("WEIGHTBL|WEIGHT|WT"), phrases: ["weight", "baseline weight", "body weight", "baseline body weight"] },
  { name: named("WT_COD"), role: "unit", phrases: ["weight unit"] },
  { name: named("EDUCLVL"), phrases: ["education", "years of education", "education level", "schooling"] },
  {
    name: named("MMSETOT|MMSE"),
    phrases: ["mmse", "mmse total", "mini mental state", "mmse score", "mini mental state examination"],
  },
  {
    name: named("TRTDUR.?|TRTDURD"),
    role: "duration",
    phrases: [
      "treatment duration",
      "duration of treatment",
      "time on treatment",
      "length of treatment",
      "exposure duration",
      "duration of exposure",
    ],
  },
  { name: named("AVGDD"), phrases: ["average daily dose", "mean daily dose", "daily dose", "avg daily dose"] },
  { name: named("CUMDOSE"), phrases: ["cumulative dose", "total dose"] },
  {
    name: named("TRTSDT|RFXSTDTC"),
    role: "date",
    phrases: [
      "first dose date",
      "first dose",
      "treatment start",
      "treatment start date",
      "first treatment",
      "first exposure",
      "start of treatment",
      "start treatment",
      "date of first dose",
      "start of dosing",
    ],
  },
  {
    name: named("TRTEDT|RFXENDTC"),
    role: "date",
    phrases: [
      "last dose date",
      "last dose",
      "treatment end",
      "treatment end date",
      "last treatment",
      "last exposure",
      "end of treatment",
      "date of last dose",
      "last treatment date",
    ],
  },
  { name: named("RFSTDTC"), role: "date", rank: 1, phrases: ["reference start", "reference start date"] },
  { name: named("RFENDTC|RFENDT"), role: "date", rank: 1, phrases: ["reference end", "reference end date"] },
  { name: named("RFICDTC"), role: "date", phrases: ["informed consent", "consent date", "informed consent date"] },
  { name: named("RFPENDTC"), role: "date", phrases: ["end of participation", "end of participation date"] },
  { name: named("DTHDTC|DTHDT"), role: "date", phrases: ["death date", "date of death"] },
  { name: named("DISONSDT"), role: "date", phrases: ["disease onset", "onset of disease", "disease onset date"] },
  { name: named("DURDIS"), role: "duration", phrases: ["disease duration", "duration of disease"] },
  { name: named("DURDSGR1"), phrases: ["disease duration group"] },
  { name: named("VISIT1DT"), role: "date", phrases: ["visit 1 date", "first visit date"] },
  { name: named("BRTHDTC|BRTHDT"), role: "date", phrases: ["birth date", "date of birth"] },
  {
    name: named("DSDECOD|DCDECOD"),
    role: "disposition",
    rank: 0,
    phrases: [
      "disposition term",
      "disposition event",
      "disposition",
      "disposition status",
      "reason for discontinuation",
      "discontinuation reason",
      "standardized disposition term",
    ],
  },
  {
    name: named("AEDECOD|MHDECOD|--DECOD"),
    role: "term",
    rank: 0,
    phrases: [
      "preferred term",
      "dictionary derived term",
      "coded term",
      "decoded term",
      "meddra preferred term",
      "meddra term",
      "standardized term",
    ],
  },
  {
    name: named("AETERM|MHTERM|--TERM"),
    role: "term",
    rank: 2,
    phrases: ["reported term", "verbatim term", "verbatim", "investigator term", "reported name"],
  },
  { name: named("--LLT"), role: "term", rank: 4, phrases: ["lowest level term", "llt"] },
  { name: named("--HLT"), role: "class", rank: 6, phrases: ["high level term", "hlt"] },
  { name: named("--HLGT"), role: "class", rank: 7, phrases: ["high level group term", "hlgt"] },
  { name: named("--SOC"), role: "class", rank: 1, phrases: ["primary system organ class", "primary soc"] },
  {
    name: named("--BODSYS"),
    role: "class",
    rank: 0,
    phrases: ["system organ class", "soc", "body system", "organ class", "organ system", "body system or organ class"],
  },
  {
    name: named("CMTRT"),
    role: "term",
    rank: 1,
    phrases: ["reported medication", "medication name", "reported drug", "reported name of drug"],
  },
  { name: named("CMCLAS"), role: "class", rank: 2, phrases: ["medication class", "drug class", "therapeutic class"] },
  { name: named("--INDC"), phrases: ["indication"] },
  { name: named("EXTRT"), role: "arm", rank: 8, phrases: ["treatment name", "name of treatment", "study drug"] },
  { name: named("--SEV"), phrases: ["severity", "intensity", "severity grade"] },
  { name: named("--TOXGR"), phrases: ["toxicity grade", "grade", "ctcae grade"] },
  { name: named("AESER"), phrases: ["seriousness", "serious event flag"] },
  {
    name: named("AEREL"),
    phrases: [
      "causality",
      "relationship",
      "relatedness",
      "relationship to treatment",
      "relationship to study drug",
      "causality assessment",
      "drug relationship",
    ],
  },
  { name: named("AEOUT"), phrases: ["outcome", "event outcome"] },
  { name: named("AEACN"), phrases: ["action taken", "action taken with study treatment", "action taken with drug"] },
  {
    name: named("ADURN|--DUR"),
    role: "duration",
    phrases: ["duration", "event duration", "ae duration", "duration of event"],
  },
  { name: named("ADURU"), role: "unit", phrases: ["duration unit"] },
  { name: named("ASTDT"), role: "start_date", phrases: ["start date", "onset date", "start", "onset"] },
  { name: named("AENDT"), role: "end_date", phrases: ["end date", "resolution date"] },
  {
    name: named("--STDTC|START_DT|EVENT_DT"),
    role: "start_date",
    rank: 1,
    phrases: ["start date", "onset date", "event date", "therapy start", "start"],
  },
  {
    name: named("--ENDTC|END_DT"),
    role: "end_date",
    rank: 1,
    phrases: ["end date", "stop date", "resolution date", "therapy end"],
  },
  {
    name: named("ASTDY|--STDY"),
    role: "start_day",
    phrases: [
      "start day",
      "onset day",
      "study day of onset",
      "day of onset",
      "study day of start",
      "start study day",
      "study day",
    ],
  },
  { name: named("AENDY|--ENDY"), role: "end_day", phrases: ["end day", "study day of end", "end study day"] },
  {
    name: named("ADT|--DTC"),
    role: "date",
    rank: 3,
    phrases: ["collection date", "assessment date", "measurement date", "sample date"],
  },
  { name: named("ADY|--DY"), role: "start_day", rank: 3, phrases: ["study day", "relative day", "analysis day"] },
  {
    name: named("--TESTCD|PARAMCD|QNAM"),
    role: "test",
    rank: 0,
    phrases: ["test code", "parameter code", "short name"],
  },
  {
    name: named("--TEST|PARAM|QLABEL"),
    role: "test",
    rank: 1,
    phrases: [
      "test",
      "lab test",
      "laboratory test",
      "vital sign",
      "parameter",
      "vital sign test",
      "analyte",
      "criterion",
      "criteria",
    ],
  },
  { name: named("TSPARM"), role: "test", rank: 1, phrases: ["trial summary parameter", "parameter"] },
  { name: named("TSPARMCD"), role: "test", rank: 0, phrases: ["parameter code"] },
  { name: named("TSVAL"), phrases: ["parameter value"] },
  {
    name: named("--STRESN|AVAL"),
    role: "result",
    rank: 0,
    phrases: [
      "result",
      "value",
      "standard result",
      "numeric result",
      "analysis value",
      "level",
      "score",
      "measurement",
      "reading",
      "test result",
    ],
  },
  { name: named("CHG"), role: "change", phrases: ["change from baseline", "change"] },
  {
    name: named("PCHG"),
    role: "change",
    rank: 1,
    phrases: ["percent change from baseline", "percentage change from baseline"],
  },
  { name: named("BASE"), role: "baseline", phrases: ["baseline value", "baseline result", "baseline score"] },
  { name: named("--STRESU|--ORRESU|--SCSTRESU"), role: "unit", phrases: ["unit", "units", "result unit"] },
  { name: named("--ORRES"), phrases: ["original result"] },
  { name: named("--STRESC|AVALC"), phrases: ["character result"] },
  { name: named("--STNRLO|A1LO|ANRLO"), phrases: ["lower limit of normal", "lower reference limit"] },
  { name: named("--STNRHI|A1HI|ANRHI"), phrases: ["upper limit of normal", "upper reference limit"] },
  {
    name: named("--NRIND|ANRIND"),
    phrases: ["reference range indicator", "normal range indicator", "reference range"],
  },
  { name: named("--SPEC"), phrases: ["specimen"] },
  { name: named("--POS"), phrases: ["position", "body position"] },
  { name: named("--LOC"), phrases: ["location"] },
  { name: named("--CAT|IECAT"), phrases: ["category", "type"] },
  { name: named("--SCAT"), phrases: ["subcategory"] },
  { name: named("--STAT"), phrases: ["completion status", "status"] },
  {
    name: named("VISIT|AVISIT"),
    role: "visit",
    phrases: ["visit", "study visit", "visit name", "scheduled visit", "timepoint", "time point"],
  },
  { name: named("VISITNUM|AVISITN"), phrases: ["visit number"] },
  { name: named("VISITDY"), phrases: ["planned study day", "planned day", "planned study day of visit"] },
  { name: named("EPOCH"), phrases: ["epoch", "study epoch"] },
  { name: named("EXDOSE|--DOSE"), role: "dose", phrases: ["dose", "dose level", "dosage", "dose per administration"] },
  { name: named("--DOSU|DOSE_UNIT"), role: "unit", phrases: ["dose unit", "dosing unit"] },
  { name: named("--DOSFRQ|DOSE_FREQ"), phrases: ["dosing frequency", "dose frequency", "frequency of dosing"] },
  { name: named("--DOSFRM|DOSE_FORM"), phrases: ["dose form", "dosage form", "formulation"] },
  { name: named("--ROUTE|ROUTE"), phrases: ["route", "route of administration", "administration route"] },
  {
    name: named("DCREASCD|DCSREAS"),
    role: "disposition",
    rank: -1,
    phrases: [
      "reason for discontinuation",
      "discontinuation reason",
      "reason for withdrawal",
      "reason for dropout",
      "withdrawal reason",
      "reason discontinued",
    ],
  },
  { name: named("EOSSTT"), role: "disposition", rank: 0, phrases: ["end of study status", "disposition"] },
  { name: named("CNSR"), phrases: ["censor", "censoring"] },
  { name: named("EVNTDESC"), phrases: ["event description", "censoring description", "censoring reason"] },
  { name: named("ELEMENT"), phrases: ["element", "trial element"] },
  { name: named("ETCD"), role: "code", phrases: ["element code"] },
  { name: named(".*SEQ|IDVARVAL|.*SPID|TAETORD"), role: "sequence", phrases: ["sequence number"] },
  // FAERS
  {
    name: named("PT"),
    role: "term",
    rank: 0,
    phrases: ["preferred term", "reaction", "reaction term", "adverse reaction"],
  },
  {
    name: named("DRUGNAME"),
    role: "term",
    rank: 0,
    phrases: ["drug", "drug name", "product", "medicine", "medicinal product"],
  },
  {
    name: named("PROD_AI"),
    role: "term",
    rank: 1,
    phrases: ["active ingredient", "ingredient", "active substance", "substance"],
  },
  { name: named("ROLE_COD"), phrases: ["role", "drug role", "role code"] },
  { name: named("INDI_PT"), role: "term", rank: 0, phrases: ["indication", "indication term"] },
  { name: named("OUTC_COD"), phrases: ["outcome", "outcome code", "patient outcome", "serious outcome"] },
  { name: named("RPSR_COD"), phrases: ["report source", "source"] },
  { name: named("REPT_COD"), phrases: ["report type", "type of report"] },
  {
    name: named("OCCP_COD"),
    phrases: [
      "reporter occupation",
      "occupation",
      "reporter type",
      "type of reporter",
      "reporter qualification",
      "reporter",
    ],
  },
  {
    name: named("REPORTER_COUNTRY"),
    rank: 1,
    phrases: ["reporter country", "country of reporter"],
  },
  {
    name: named("OCCR_COUNTRY"),
    rank: 0,
    phrases: ["country", "occurrence country", "country of occurrence", "country where the event occurred"],
  },
  {
    name: named("MFR_SNDR"),
    phrases: ["manufacturer", "sender", "company", "sponsor", "manufacturer sender", "reporting manufacturer"],
  },
  {
    name: named("FDA_DT"),
    role: "date",
    rank: 0,
    phrases: [
      "fda date",
      "fda received date",
      "date received by fda",
      "received fda",
      "received by fda",
      "fda received",
      "received",
    ],
  },
  {
    name: named("INIT_FDA_DT"),
    role: "date",
    rank: 1,
    phrases: ["initial fda date", "first received", "initially received"],
  },
  { name: named("REPT_DT"), role: "date", rank: 2, phrases: ["report date", "date of report"] },
  { name: named("MFR_DT"), role: "date", rank: 3, phrases: ["manufacturer date", "manufacturer received date"] },
  { name: named("DECHAL"), phrases: ["dechallenge"] },
  { name: named("RECHAL"), phrases: ["rechallenge"] },
  { name: named("LOT_NUM"), phrases: ["lot", "lot number", "batch number"] },
  { name: named("NDA_NUM"), phrases: ["nda", "nda number"] },
  { name: named("DOSE_AMT"), role: "dose", phrases: ["dose amount", "dose"] },
  { name: named("CASEVERSION"), phrases: ["case version", "version"] },
  {
    name: named("CONC|CONCENTRATION"),
    role: "result",
    rank: 1,
    phrases: ["concentration", "drug concentration", "plasma concentration", "serum concentration"],
  },
];

/** Words for whichever column tells the treatment. */
export const ARM_PHRASES = [
  "arm",
  "treatment arm",
  "treatment",
  "treatment group",
  "group",
  "study arm",
  "dose group",
  "trial arm",
  "cohort",
  "treated group",
  "treatment allocation",
  "allocation",
  "treatment assignment",
  "dose arm",
  "randomization",
  "randomization group",
  "arm group",
  "study group",
];
