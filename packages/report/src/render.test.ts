import type { Evidence, Report } from "@pharmadb/contracts";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { renderHtml } from "./render-html.ts";
import { renderMarkdown, renderMarkdownWithEvidence } from "./render-markdown.ts";

const REPORT: Omit<Report, "markdown"> = {
  title: "Serious events by arm",
  answer: "12 of 84 subjects had one [E1].\n\nNone died [E2].",
  model: "embedded-analyst",
  findings: [
    { statement: "12 subjects [E1, E2].", evidence: [1, 2], confidence: "high", verdict: "supported", issues: [] },
    {
      statement: "13 subjects [E1].",
      evidence: [1],
      confidence: "low",
      verdict: "not_supported",
      issues: ["The number 13 is not in the cited evidence."],
    },
  ],
  tables: [
    {
      title: "By arm",
      columns: ["arm", "n"],
      rows: [
        ["Placebo", 5],
        ["High", null],
      ],
      evidence: 1,
    },
  ],
  charts: [{ title: "Bars", vega_lite: {}, svg: "<svg onload='x()'></svg>", evidence: 1 }],
  searched: [{ source: "files", query: "SELECT 1", found: 0, used: 0 }],
  partial: true,
  limitations: ["No AE dates."],
  output: null,
};

const EVIDENCE: Evidence[] = [
  evidence(1, "tables_query", "SELECT '```' AS fence\nFROM ae", {
    columns: [{ name: "n", type: "BIGINT" }],
    rows: [[12]],
    row_count: 1,
    truncated: false,
  }),
  evidence(2, "documents_search", "dose", { passage: 1, text: "The dose was 81 mg.", page: 4, section: "5.1" }),
];

function evidence(n: number, tool: string, query: string, content: Evidence["content"]): Evidence {
  const source = { kind: "file" as const, file_id: "file_1", file_sha256: "ab", name: "ae.csv", url: null };
  const sources = [{ ...source, page: n === 2 ? 4 : null, section: n === 2 ? "5.1" : null }];
  const created_at = "2026-01-01T00:00:00.000Z";
  return {
    object: "evidence",
    n,
    research_id: "res_1",
    tool,
    arguments: {},
    query,
    content,
    sources,
    sha256: "cd",
    created_at,
  };
}

test("the Markdown holds title, answer, findings with marks, tables, limitations and searches in reading order", () => {
  const text = renderMarkdown(REPORT);
  const parts = ["# Serious events", "12 of 84", "Partial report", "✓ 12 subjects [E1, E2]", "✗ 13", "The number 13"];
  const later = ["By arm [E1]", "| Placebo | 5 |", "| High |  |", "No AE dates.", "| files | SELECT 1 | 0 | 0 |"];
  const places = [...parts, ...later].map((part) => text.indexOf(part));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test("the appendix shows each query in a fence longer than any in it, with file and page", () => {
  const text = renderMarkdownWithEvidence(REPORT, EVIDENCE);
  expect(text).toContain("````sql\nSELECT '```' AS fence\nFROM ae\n````");
  expect(text).toContain('- Source: ae.csv, page 4, section "5.1"');
  expect(text).toContain("### E2");
});

const HOSTILE = [
  "<script>alert(1)</script>",
  "a | b\n| c | d |\n\n# heading",
  "`code` ``` fence",
  "[x](javascript:alert(1)) ![i](http://evil.example/p.png)",
  "</title></style><img src=x onerror=alert(1)>",
  '" onmouseover="alert(1)',
  "<!-- [E1] --> &lt;b&gt;",
];

test.each(HOSTILE)("hostile text %j stays text in Markdown", (text) => {
  const report = { ...REPORT, title: text, limitations: [text], tables: [{ ...table(text), evidence: 1 }] };
  const markdown = renderMarkdown(report);
  expect(markdown).not.toMatch(/(?<!\\)<(?:script|img|!--|\/)/);
  expect(markdown).not.toMatch(/(?<!\\)\]\(/);
  expect(markdown.split("\n").filter((line) => line.startsWith("# "))).toHaveLength(1);
  // Head, rule and one row, each with as many unescaped pipes as two columns need.
  const lines = markdown.slice(markdown.indexOf("### "), markdown.indexOf("## Limitations")).split("\n");
  const rows = lines.filter((line) => line.startsWith("|"));
  expect(rows).toHaveLength(3);
  for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(3);
});

function table(text: string) {
  return { title: text, columns: [text, "n"], rows: [[text, 1]] };
}

const TAG = /<(\/?)([a-z][a-z0-9]*)([^>]*)>/g;

/** Every tag of the page with its attributes' names. */
function tagsOf(page: string): string[] {
  return [...page.matchAll(TAG)].map(([, slash, name, rest]) => {
    const attributes = [...(rest ?? "").matchAll(/\s([a-z-]+)="[^"]*"/g)].map(([, attribute]) => attribute);
    return [`${slash}${name}`, ...attributes].join(" ");
  });
}

function page(text: string): string {
  const finding = {
    statement: text,
    evidence: [1],
    confidence: "high" as const,
    verdict: "supported" as const,
    issues: [text],
  };
  const report = {
    ...REPORT,
    title: text,
    answer: `x${text.replaceAll("\n", " ")}`,
    findings: [finding],
    limitations: [text],
  };
  const one = evidence(1, text, text, {
    columns: [{ name: text, type: "T" }],
    rows: [[text]],
    row_count: 1,
    truncated: false,
  });
  const two = evidence(2, text, text, { passage: 1, text, page: 1, section: text });
  return renderHtml(text, { ...report, tables: [{ ...table(text), evidence: 1 }] }, [one, two]);
}

test("no text adds a tag or an attribute to the page", async () => {
  const plain = tagsOf(page("plain"));
  const anyText = fc.oneof(fc.string({ unit: "grapheme", maxLength: 60 }), fc.constantFrom(...HOSTILE));
  await fc.assert(
    fc.property(anyText, (text) => {
      // A citation becomes a link on purpose; its form is looked at below.
      fc.pre(!/\[E\d/.test(text));
      expect(tagsOf(page(text))).toEqual(plain);
    }),
  );
});

test("citations link to the evidence that is there, and only to it", () => {
  const shown = renderHtml("Q", { ...REPORT, answer: "Yes [E1; E2][E9]." }, EVIDENCE);
  expect(shown).toContain('[<a href="#E1">E1</a>; <a href="#E2">E2</a>]');
  expect(shown).toContain("[E9]");
  expect(shown).not.toContain("#E9");
  for (const [, n] of shown.matchAll(/href="#(E\d+)"/g)) expect(shown).toContain(`id="${n}"`);
});

test("the page loads nothing, runs nothing and lets in its one style by hash", () => {
  const shown = renderHtml("Q", REPORT, EVIDENCE);
  expect(shown).toMatch(/default-src &#39;none&#39;; style-src &#39;sha256-[A-Za-z0-9+/]{43}=&#39;/);
  expect(shown).not.toMatch(/<script|<link|<iframe|<svg|\son[a-z]+=|style=|https?:\/\/|url\(|@import/i);
  expect(shown).toContain('src="data:image/svg+xml;base64,');
});

test("ids are unique, tables have captions and column scopes, images a text", () => {
  const shown = renderHtml("Q", REPORT, EVIDENCE);
  const ids = [...shown.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, id] of shown.matchAll(/aria-labelledby="([^"]+)"/g)) expect(ids).toContain(id);
  expect(shown.match(/<table>\s*<caption>/g)).toHaveLength(shown.match(/<table>/g)?.length ?? 0);
  expect(shown).toContain('alt="Bars"');
  expect(shown).toContain('<html lang="en">');
});
