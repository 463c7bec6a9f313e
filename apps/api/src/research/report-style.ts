import { Html } from "../http/html.ts";

export const REPORT_STYLE = new Html(`
:root { color-scheme: light dark; --ink: #14213d; --soft: #56617a; --paper: #fbfaf7; --card: #fff; --line: #e3e0d8; --mark: #0b6e6e; --bad: #a4262c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9edf5; --soft: #9aa6bd; --paper: #10151f; --card: #171e2b; --line: #2a3345; --mark: #4fc3b8; --bad: #ff8a8a; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 3rem 1.5rem; }
h1 { line-height: 1.25; } h2 { margin-top: 2.5rem; }
.answer { font-size: 1.15rem; }
.partial { border-left: 4px solid var(--bad); padding-left: 1rem; }
a { color: var(--mark); text-decoration: none; } a:hover { text-decoration: underline; }
.findings { padding: 0; list-style: none; }
.findings li, section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 0.9rem 1.2rem; margin-bottom: 0.8rem; }
.findings small { display: block; color: var(--soft); }
.not_supported b, .partly_supported b { color: var(--bad); }
section:target { border-color: var(--mark); } section h3 { margin: 0; }
pre, blockquote { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0.6rem 0; }
pre { font: 0.85rem/1.5 ui-monospace, monospace; }
.source, .made, footer { color: var(--soft); font-size: 0.85rem; overflow-wrap: anywhere; }
.table { overflow-x: auto; } table { border-collapse: collapse; font-size: 0.9rem; }
th, td { border-bottom: 1px solid var(--line); padding: 0.3rem 0.8rem 0.3rem 0; text-align: left; vertical-align: top; }
figure { margin: 1rem 0; } img { max-width: 100%; }
@media print { body { background: none; } }
`);
