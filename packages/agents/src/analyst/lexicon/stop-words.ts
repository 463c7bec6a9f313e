function words(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}

/** Words that carry no condition: grammar, politeness, and verbs for having and being recorded. */
export const STOP_WORDS = words(`
a an the of for to in and or by on at with from as is are was were be been being am do does did done has have had having
there their they them this that these those it its i me my we our us you your he she his her who whom whose which what when where why how
please tell show give gives gave find calculate compute determine report me can could would should will shall may might need want like know
study trial dataset data set file files table tables according based using use used overall total totals any some all both each every either
reported report recorded record observed noted listed included include documented present presented found seen occurred occur occurring happen happened
experienced experience experiencing suffer suffered suffering develop developed receive received receiving took take taken taking treated assigned allocated
enrolled enroll enrolled recruited participate participated belong belonged belonging fall falls falling fell get got make made go went come came
exactly only just also then than so if but about into out up during within over under across between among amongst per via through
patients' many much number numbers count counts counted amount quantity actually altogether respectively separately individual type kind sort
at least one once ever more most considered classified categorized described coded graded rated assessed labelled labeled flagged marked
were't wasn't value values level levels result results measured measurement measurements measure obtained available information details
population group groups arm arms day days year years old aged month months week weeks hour hours mg kg unit units time times
answer question whose given yes no not highest lowest same different other others another new say says said mention mentioned contain contains contained
called named name names entire whole full first last end start analysis analyzed analysed summary summarize summarise statistics stat describe
state stated respective corresponding associated related's diagnosed diagnosis having resulted led leading lead caused cause due because
dose doses dosed dosing treatment treatments drug drugs medication medications therapy event events subject subjects patient patients participant participants
randomised randomized exposed exposure people person persons individuals experienced us
concern concerns concerned concerning regarding relate relates represented represent entered entering did so weighed weighing place places showed shows showing exhibited displayed demonstrated preoperative preoperatively preop what's who's how's where's there's that's it's i'm i'd i'll old part parts affected affect affects attended attend submitted submit sent send involved
involve involves involving filed came come coming screened ie eg e g versus vs compared comparison due respective filed performed done conducted carried out off score scores index reading readings
sample samples status member members onwards away still comprised comprise consist consists contributed contribute underwent undergo undergone visited registered register admitted ended began begin
begun started start starting stop stopped appear appears appeared lasted lasting living live lives between
one's stayed stay remained remain kept continued faers extract database cdisc sdtm adam excerpt altogether ever together taken at approximately roughly about
let see look list rank ranked sorted order ordered terms term category categories class frequency frequently common commonly often
`);

/** Words that change what is asked where no rule took them: an answer without them would be another one. */
export const HARD_WORDS = words(`
not without except excluding never ratio before after first last correlation correlate highest lowest more less fewer than change trend predict
`);
