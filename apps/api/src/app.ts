import { AppError } from "@pharmadb/contracts";
import { openAuditWriter, openResearchIntake } from "@pharmadb/store";
import express, { type Express } from "express";
import { type ApiDeps, type RouteDeps, TIMING } from "./deps.ts";
import { createAdmission } from "./http/admission.ts";
import { mountRoutes } from "./http/mount-routes.ts";
import { bindRequestLog } from "./http/request-log.ts";
import { firstOf } from "./identity/authenticate.ts";
import { createApiKeyAuthenticator } from "./identity/authenticate-api-key.ts";
import { limitFailures } from "./identity/limit-failures.ts";
import { createBacklog } from "./limits/backlog.ts";
import { createRateCounter } from "./limits/rate-counter.ts";
import { accessLog } from "./middleware/access-log.ts";
import { handleError } from "./middleware/handle-error.ts";
import { loopbackOnly } from "./middleware/loopback-only.ts";
import { measureRequests } from "./middleware/measure-requests.ts";
import { requestId } from "./middleware/request-id.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import { createOpenApiDocument } from "./openapi/create-open-api-document.ts";
import { createReadiness } from "./routes/operations/probes.ts";
import { ROUTES } from "./routes.ts";
import { uploadDirectoryIn } from "./uploads/upload-directory.ts";

/** The API as an Express app over what it is given; it opens, listens to and starts nothing. */
export function createApp({ timing, authenticators = [], redis = null, stopping, ...given }: ApiDeps): Express {
  const uploadDirectory = uploadDirectoryIn(given.config.dataDir);
  const common = { ...given, timing: { ...TIMING, ...timing }, uploadDirectory };
  const authenticate = firstOf([createApiKeyAuthenticator(given.sql, common.timing), ...authenticators]);
  const countOne = createRateCounter(redis);
  const deps: RouteDeps = {
    ...common,
    authenticate,
    authenticateFrom: limitFailures(authenticate, countOne),
    countOne,
    backlog: createBacklog(given.sql, given.config),
    readiness: createReadiness(common),
    stopping: stopping ?? new AbortController().signal,
    intake: openResearchIntake(given.sql),
    audit: openAuditWriter(given.sql),
    openApiDocument: JSON.stringify(createOpenApiDocument(ROUTES)),
  };
  const app = express();
  app.disable("x-powered-by");
  // Entity tags are the record's versions and the files' hashes, not a hash of each answer.
  app.disable("etag");
  app.enable("case sensitive routing");
  app.set("trust proxy", given.config.trustProxy ?? false);
  app.use(requestId, bindRequestLog(deps.logger), securityHeaders, accessLog, measureRequests(deps.metrics.http));
  if (deps.config.auth === "off") app.use(loopbackOnly);
  mountRoutes(app, ROUTES, deps, createAdmission(deps.config, deps.metrics.http));
  app.use(() => {
    throw new AppError("not_found", "There is nothing at this address.");
  });
  app.use(handleError({ lingerMs: deps.timing.lingerMs }));
  return app;
}
