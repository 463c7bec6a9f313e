import { AUDIT_ACTIONS, AuditEntry, idPattern, listOf } from "@pharmadb/contracts";
import { listAudit } from "@pharmadb/store";
import { z } from "zod";
import { Limit, toList } from "../../http/list-page.ts";
import { defineRoute } from "../../http/route.ts";
import { AUDIT_EXAMPLE } from "../../openapi/examples.ts";
import { jsonResponse } from "../../openapi/json-response.ts";

const TIME = "A time such as 2026-11-24T02:10:00Z.";
/** In UTC, and in years that a database knows: it takes neither the year 0 nor every offset. */
const Time = z.iso
  .datetime({ offset: true, error: TIME })
  .transform((text) => new Date(text))
  .refine((time) => time.getUTCFullYear() >= 1 && time.getUTCFullYear() <= 9999, TIME)
  .transform((time) => time.toISOString())
  .optional();

export const listAuditRoute = defineRoute({
  method: "get",
  path: "/api/v1/audit",
  operationId: "listAudit",
  tag: "Audit",
  scope: "admin",
  summary: "Who did what, newest first",
  description: `The audit trail of your tenant: who submitted, cancelled, deleted and uploaded what, who read which report, evidence or file, and who changed keys. Entries are never changed or removed, not even when what they tell of is.

Within about a second each gets a place in one chain over all tenants: \`hash\` is over the entry and the hash at the place before, so none can be changed, removed or put in without changing every later hash. Keep a \`seq\` and its \`hash\` elsewhere; whoever runs the service checks it with \`pharmadb audit verify --expect SEQ:HASH\`.`,
  query: z.strictObject({
    action: z.enum(AUDIT_ACTIONS).optional(),
    target: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .meta({ description: "The id of what it was done to.", example: AUDIT_EXAMPLE.target?.id }),
    actor: z.string().min(1).max(255).optional().meta({ description: "The id of who did it." }),
    since: Time.meta({ description: "At this time or later." }),
    until: Time.meta({ description: "Before this time." }),
    limit: Limit,
    after: z
      .string()
      .regex(idPattern("aud"), "Not a cursor of this list.")
      .optional()
      .meta({ description: "The `next_cursor` of the page before." }),
  }),
  responses: {
    "200": jsonResponse("A page of the trail.", listOf(AuditEntry), {
      examples: {
        read: {
          summary: "A report was read",
          value: { object: "list", data: [AUDIT_EXAMPLE], has_more: false, next_cursor: null },
        },
      },
    }),
  },
  problems: ["invalid_request"],
  async handle({ query: { target: targetId, actor: actorId, ...rest }, response, tenantId }, deps) {
    response.json(toList(await listAudit(deps.sql, { tenantId, targetId, actorId, ...rest })));
  },
});
