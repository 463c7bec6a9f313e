import { subjectsName } from "../compose/plan.ts";
import { inSentence } from "../match/catalog.ts";
import type { Condition, Understanding } from "../understand/understanding.ts";
import { clausesOf } from "./conditions.ts";
import { AGGREGATE_NAMES } from "./describe.ts";
import { measured } from "./values.ts";

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The filters in the words of the question, where no verb phrase tells them. */
function filterWords(conditions: Condition[]): string {
  const told = conditions.flatMap(({ words, column }) =>
    words && !/TEST(CD)?$|^PARAM(CD)?$/i.test(column.column) ? [words] : [],
  );
  return told.length > 0 ? `: ${[...new Set(told)].join(", ")}` : "";
}

function who(u: Understanding, conditions: Condition[]): string {
  const clause = clausesOf(u, conditions);
  return clause === "" ? `${subjectsName(u)}${filterWords(conditions)}` : `${subjectsName(u)} who ${clause}`;
}

function thing(u: Understanding): string {
  const name = measured(u).replace(/ \([^)]*\)$/, "");
  return "column" in u.measure && !u.measure.column.label && name === u.measure.column.column
    ? u.measure.column.noun
    : name;
}

function subject(u: Understanding): string {
  const { measure } = u;
  switch (measure.kind) {
    case "records":
      return `${u.rows} of ${u.table}${filterWords(u.conditions)}`;
    case "subjects":
      return u.absent ? `${subjectsName(u)} without a row in ${u.table}` : who(u, u.conditions);
    case "distinct":
      return `number of different values of ${measure.column.noun}`;
    case "aggregate":
      return `${measure.fns.map((fn) => AGGREGATE_NAMES[fn]).join(" and ")} of ${thing(u)}`;
    case "change":
      return `change of ${thing(u)} from baseline`;
    case "per_subject":
      return `records of ${u.table} for each subject`;
    case "percent":
      return `percentage of ${measure.of === "subjects" ? who(u, u.conditions) : `${u.rows} of ${u.table}${filterWords(u.conditions)}`}`;
    case "days_between":
      return `days from ${measure.start.noun} to ${measure.end.noun}`;
    case "values":
      return thing(u) === measured(u) ? thing(u) : `values of ${measure.column.noun}`;
  }
}

/** What a table of results shows, in a few words. */
export function titleOf(u: Understanding): string {
  const by = u.groups.length > 0 ? ` by ${u.groups.map((group) => inSentence(group.noun)).join(" and ")}` : "";
  const told = subject(u);
  return capital(/: | who /.test(told) ? `${told}${by.replace(" by", ", by")}` : `${told}${by}`);
}
