import { AppError, Report } from "@pharmadb/contracts";
import { REPORT_CONTENT_SECURITY_POLICY, renderHtml, renderMarkdownWithEvidence } from "@pharmadb/report";
import { getResearch, listEvidence, type ResearchRecord } from "@pharmadb/store";
import { z } from "zod";
import { noteRead } from "../../audit/note-reading.ts";
import { preferredType } from "../../http/preferred-type.ts";
import { defineRoute } from "../../http/route.ts";
import { describeHeaders } from "../../openapi/json-response.ts";
import { noSuchResearch } from "../../research/missing.ts";
import { ResearchParams } from "./research-params.ts";

const TYPES = { json: "application/json", md: "text/markdown", html: "text/html" } as const;

export const getReport = defineRoute({
  method: "get",
  path: "/api/v1/research/:id/report",
  operationId: "getReport",
  tag: "Research",
  scope: "read",
  summary: "The report of a completed job",
  params: ResearchParams,
  query: z.strictObject({
    format: z.enum(["json", "md", "html"]).optional().meta({ description: "Goes before the `Accept` header." }),
  }),
  responses: {
    "200": {
      description: "The report.",
      headers: describeHeaders({ Vary: "`Accept`." }),
      content: {
        "application/json": { schema: Report },
        "text/markdown": { schema: { type: "string" } },
        "text/html": { schema: { type: "string" } },
      },
    },
  },
  problems: ["not_found", "not_acceptable", "conflict", "invalid_request"],
  async handle({ params: { id }, query, request, response, tenantId, actor }, deps) {
    const type = query.format ? TYPES[query.format] : preferredType(request, response, Object.values(TYPES));
    const research = await getResearch(deps.sql, tenantId, id);
    if (!research) throw noSuchResearch(id);
    const report = finishedReport(research);
    await noteRead(deps, { actor, request }, "research.report_read", { type: "research", id }, { type });
    if (type === TYPES.json) {
      response.json(report);
      return;
    }
    const evidence = await listEvidence(deps.sql, tenantId, id);
    if (type === TYPES.md) {
      response.type("text/markdown; charset=utf-8").send(renderMarkdownWithEvidence(report, evidence));
    } else {
      response.set("Content-Security-Policy", `${REPORT_CONTENT_SECURITY_POLICY}; frame-ancestors 'none'`);
      response.type("text/html; charset=utf-8").send(renderHtml(research.question, report, evidence));
    }
  },
});

function finishedReport({ status, report, error }: ResearchRecord): Report {
  if (report) return report;
  if (status === "failed") throw new AppError("conflict", `The job failed and has no report: ${error?.message}`);
  if (status === "cancelled") throw new AppError("conflict", "The job was cancelled and has no report.");
  throw new AppError("conflict", `The job is ${status}; its report comes when it has ended.`);
}
