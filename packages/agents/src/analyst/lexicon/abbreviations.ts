/** How people shorten words in notes and messages, each with what it stands for. In order. */
const ABBREVIATIONS: [short: RegExp, long: string][] = [
  [/\bw\/o\b/gi, "without"],
  [/\bw\/(?=\s|\w)/gi, "with "],
  [/\b(?:vs\.|versus\.)/gi, "versus"],
  [/(?:^|\s)#\s*(?:of\s+)?(?=[a-z])/gi, " number of "],
  [/\bno\. of\b/gi, "number of"],
  [/\bnr\.? of\b/gi, "number of"],
  [/\bpct\b/gi, "percent"],
  [/\bavg\.?(?=\s)/gi, "average"],
  [/\bwks?\b\.?/gi, "week"],
  [/(\d) ?y\b/g, "$1 years"],
  [/\byrs\b\.?/gi, "years"],
  [/\byr\b\.?/gi, "year"],
  [/\bmos?\.(?=\s)/gi, "months"],
  [/\bhrs?\b/gi, "hours"],
  // PT in capitals is the preferred term.
  [/\b(?:pts|Pts|ptnts|pat\.)(?=\W|$)/g, "patients"],
  [/\bpt\b/g, "patient"],
  [/\bsubjs\b|\bsubj\b\.?/gi, "subjects"],
  [/\bparticips?\b/gi, "participants"],
  [/\b(?:trt|tx|rx)\b(?= (?:arm|group|duration))/gi, "treatment"],
  [/\bgrps?\b/gi, "group"],
  [/\bdiscont\b\.?|\bdc['’]?d\b|\bd\/c\b/gi, "discontinued"],
  [/\bmeds\b/gi, "medications"],
  [/\bhosp\b\.?/gi, "hospitalization"],
  [/\bbl\b/gi, "baseline"],
  [/\b(what|who|how|when|where)['’]s\b/gi, "$1 is"],
  [/\b(what|who|how|when|where)['’]re\b/gi, "$1 are"],
  // `first and last dose` is the first dose and the last dose.
  [/\b(first|start|starting) and (?:the )?(last|end|stop|ending) (\w+)/gi, "$1 $3 and $2 $3"],
  [/\b(high|low) and (low|high)[- ]dose\b/gi, "$1 dose and $2 dose"],
];

const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const ONES = "one two three four five six seven eight nine".split(" ");

/** The question with its abbreviations written out, and numbers such as `seventy-five` in digits. */
export function writtenOut(question: string): string {
  const plain = ABBREVIATIONS.reduce((text, [short, long]) => text.replace(short, long), question);
  return plain.replace(
    new RegExp(`\\b(${TENS.join("|")})(?:[- ](${ONES.join("|")}))?\\b`, "gi"),
    (_words, ten: string, one?: string) =>
      String((TENS.indexOf(ten.toLowerCase()) + 2) * 10 + (one ? ONES.indexOf(one.toLowerCase()) + 1 : 0)),
  );
}
