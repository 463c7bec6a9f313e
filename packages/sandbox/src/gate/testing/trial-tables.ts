const ARMS = ["Placebo", "Drug Low", "Drug High"];
const TERMS = ["RASH", "PRURITUS", "HEADACHE", "DIZZINESS", "NAUSEA"];

/** A trial of twelve subjects, small enough to check by eye, with the columns that SDTM and ADaM have. */
export const TRIAL_FILES: Record<string, string> = {
  "adsl.csv": csv(
    "STUDYID,USUBJID,SITEID,ARM,TRT01A,AGE,AGEGR1,SEX,RACE,SAFFL,TRTSDT,TRTEDT,WEIGHTBL,DCDECOD",
    12,
    (i) =>
      `S1,S1-${String((i % 3) + 1).padStart(3, "0")}-${1000 + i},${String((i % 3) + 1).padStart(3, "0")},${ARMS[i % 3]},${ARMS[i % 3]},${50 + i * 3},${i < 5 ? "<65" : "65-80"},${i % 2 === 0 ? "F" : "M"},${i % 4 === 0 ? "ASIAN" : "WHITE"},Y,2014-0${(i % 9) + 1}-02,2014-0${(i % 9) + 1}-28,${60 + i * 1.5},${i % 5 === 0 ? "ADVERSE EVENT" : "COMPLETED"}`,
  ),
  "adae.csv": csv(
    "STUDYID,USUBJID,TRTA,AESEQ,AETERM,AEDECOD,AEBODSYS,AESEV,AESER,AEREL,AESTDTC,ASTDT,AENDT,TRTEMFL,AEOUT",
    40,
    (i) =>
      `S1,S1-${String((i % 3) + 1).padStart(3, "0")}-${1000 + (i % 12)},${ARMS[(i % 12) % 3]},${i + 1},${TERMS[i % 5]?.toLowerCase()},${TERMS[i % 5]},${i % 5 < 2 ? "SKIN" : "NERVOUS SYSTEM"},${["MILD", "MODERATE", "SEVERE"][i % 3]},${i % 9 === 0 ? "Y" : "N"},${i % 2 === 0 ? "PROBABLE" : "NONE"},${i % 7 === 0 ? "2014-03" : "2014-03-05"},2014-03-05,2014-03-${10 + (i % 15)},Y,${i % 13 === 0 ? "FATAL" : "RECOVERED"}`,
  ),
  "lb.csv": csv(
    "USUBJID,LBTESTCD,LBTEST,LBSTRESN,LBSTRESU,LBSTNRLO,LBSTNRHI,VISITNUM,VISIT,LBDTC,LBBLFL",
    60,
    (i) =>
      `S1-${String((i % 3) + 1).padStart(3, "0")}-${1000 + (i % 12)},${i % 2 === 0 ? "ALT" : "AST"},${i % 2 === 0 ? "Alanine" : "Aspartate"},${i % 11 === 0 ? "" : 10 + i * 1.25},U/L,5,40,${Math.floor(i / 12) + 1},WEEK ${Math.floor(i / 12) * 2},2014-0${Math.floor(i / 12) + 1}-15T08:30:00,${i < 12 ? "Y" : ""}`,
  ),
  "ex.csv": csv(
    "USUBJID,EXTRT,EXDOSE,EXDOSU,EXSTDTC,EXENDTC",
    24,
    (i) =>
      `S1-${String((i % 3) + 1).padStart(3, "0")}-${1000 + (i % 12)},${ARMS[(i % 12) % 3]},${[0, 54, 81][i % 3]},mg,2014-01-02,2014-02-02`,
  ),
};

function csv(header: string, rows: number, row: (index: number) => string): string {
  return `${[header, ...Array.from({ length: rows }, (_, index) => row(index))].join("\n")}\n`;
}
