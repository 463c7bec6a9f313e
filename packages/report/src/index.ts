export { REPORT_CONTENT_SECURITY_POLICY, renderHtml } from "./render-html.ts";
export { renderMarkdown, renderMarkdownWithEvidence } from "./render-markdown.ts";
