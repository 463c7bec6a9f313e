export const LANDING_STYLE = `
:root { color-scheme: light dark; --ink: #14213d; --soft: #56617a; --paper: #fbfaf7; --card: #fff; --line: #e3e0d8; --mark: #0b6e6e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9edf5; --soft: #9aa6bd; --paper: #10151f; --card: #171e2b; --line: #2a3345; --mark: #4fc3b8; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 4rem 1.5rem; }
h1 { font-size: 2.2rem; line-height: 1.2; letter-spacing: -0.02em; margin: 0 0 0.75rem; }
h2 { font-size: 1rem; margin: 0 0 0.5rem; }
p { margin: 0 0 1rem; }
.lead { font-size: 1.15rem; color: var(--soft); margin-bottom: 2.5rem; }
ol { list-style: none; margin: 0 0 2rem; padding: 0; display: grid; gap: 1rem; }
li { min-width: 0; background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem 1.5rem; }
pre { margin: 0; overflow-x: auto; font: 0.875rem/1.6 ui-monospace, monospace; color: var(--soft); }
a { color: var(--mark); text-underline-offset: 3px; }
nav { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; }
nav a:first-child { font-weight: 600; }
`;

/** The page for a service at this address. */
export function landingBody(baseUrl: string, { auth }: { auth: "on" | "off" }): string {
  const key = auth === "on" ? ` -H "authorization: Bearer $KEY"` : "";
  return `<body>
<main>
<h1>PharmaDB Research</h1>
<p class="lead">Ask a question about medicines, give it data files, and get a report in which every statement points at its evidence.</p>
<ol>
<li><h2>1. Upload a file</h2>
<pre>curl${key} -F file=@ae.csv ${baseUrl}/api/v1/files</pre></li>
<li><h2>2. Ask</h2>
<pre>curl${key} ${baseUrl}/api/v1/research \\
  -H 'content-type: application/json' \\
  -d '{"question": "How many subjects had a serious adverse event?",
       "file_ids": ["file_…"]}'</pre></li>
<li><h2>3. Watch, then read</h2>
<pre>curl${key} -N ${baseUrl}/api/v1/research/res_…/events
curl${key} '${baseUrl}/api/v1/research/res_…/report?format=md'</pre></li>
</ol>
<nav><a href="/docs">API documentation</a> <a href="/openapi.json">OpenAPI document</a> <a href="/readyz">State of the service</a></nav>
</main>
</body>`;
}
