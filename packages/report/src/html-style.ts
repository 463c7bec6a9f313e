/** The page's style: one column, readable in print and in the dark, without anything from elsewhere. */
export const HTML_STYLE = `
:root { color-scheme: light dark; --ink: #1b2430; --soft: #55606e; --line: #d5dbe3; --paper: #ffffff; --tint: #f4f6f9;
  --accent: #0b5394; --good: #17683a; --mid: #8a5a00; --bad: #a61b1b; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e9f0; --soft: #a3aebc; --line: #39434f; --paper: #14191f; --tint: #1d242c; --accent: #86bdf2;
    --good: #6fcf97; --mid: #e5b454; --bad: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 "Segoe UI", "Helvetica Neue", Arial, sans-serif; overflow-wrap: break-word; }
main, header, footer { width: calc(100% - 3rem); max-width: 51rem; margin: 0 auto; }
header { padding-top: 2.5rem; border-bottom: 2px solid var(--accent); padding-bottom: 1.25rem; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: .25rem 0 .75rem; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
.kicker, .meta, footer, caption, .note { color: var(--soft); font-size: .875rem; }
.kicker { text-transform: uppercase; letter-spacing: .08em; margin: 0; }
.question { margin: 0; font-style: italic; }
.answer { font-size: 1.125rem; background: var(--tint); border-left: 4px solid var(--accent); padding: 1rem 1.25rem; margin: 1.5rem 0; }
.answer p { margin: 0 0 .75rem; } .answer p:last-child { margin: 0; }
.warning { border: 1px solid var(--mid); border-left-width: 4px; padding: .75rem 1rem; }
a { color: var(--accent); } a:focus-visible, .scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.cite { font-size: .85em; white-space: nowrap; } .cite a { text-decoration: none; } .cite a:hover { text-decoration: underline; }
ol.findings { padding-left: 1.4rem; } ol.findings > li { margin: 0 0 1rem; padding-left: .25rem; }
.verdict { display: inline-block; font-size: .8125rem; font-weight: 600; margin-right: .75rem; }
.supported { color: var(--good); } .partly_supported { color: var(--mid); } .not_supported { color: var(--bad); } .not_checked { color: var(--soft); }
ul.issues { margin: .25rem 0 0; font-size: .875rem; color: var(--soft); }
.scroll { overflow-x: auto; margin: 0 0 1.5rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 0 0 .4rem; font-weight: 600; }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem; border-bottom: 1px solid var(--line); }
thead th { background: var(--tint); border-bottom: 2px solid var(--line); } th.number, td.number { text-align: right; }
[aria-labelledby="searched"] td:nth-child(2) { overflow-wrap: anywhere; }
figure { margin: 0 0 1.5rem; } figure img { max-width: 100%; background: #fff; }
section.evidence { border: 1px solid var(--line); border-radius: 4px; padding: 1rem 1.25rem; margin: 0 0 1rem; scroll-margin-top: 1rem; }
section.evidence:target { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0 0 .75rem; font-size: .875rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
pre { background: var(--tint); border: 1px solid var(--line); border-radius: 4px; padding: .75rem 1rem; margin: 0 0 .75rem;
  white-space: pre-wrap; overflow-wrap: anywhere; font: .85rem/1.45 ui-monospace, Consolas, monospace; }
blockquote { margin: 0 0 .75rem; padding: .25rem 0 .25rem 1rem; border-left: 3px solid var(--line); white-space: pre-wrap; }
footer { border-top: 1px solid var(--line); margin-top: 3rem; padding-top: 1rem; padding-bottom: 2.5rem; }
@media print {
  :root { --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --tint: #f6f6f6; --accent: #0b3d70; --good: #17683a; --mid: #7a4f00; --bad: #8f1414; }
  @page { margin: 18mm; } body { font-size: 10.5pt; } main, header, footer { width: auto; max-width: none; }
  .scroll { overflow: visible; } h2, h3, caption, thead { break-after: avoid; } tr, ol.findings > li, .answer { break-inside: avoid; }
  a { color: inherit; text-decoration: none; }
}
`;
