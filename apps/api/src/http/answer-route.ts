import { AppError, parse } from "@pharmadb/contracts";
import type { Request, Response } from "express";
import { actorOf } from "../audit/actor-of.ts";
import type { RouteDeps } from "../deps.ts";
import { endWithKey } from "../identity/end-with-key.ts";
import { expectScope, identify } from "../identity/identify.ts";
import { LOCAL, type Principal } from "../identity/principal.ts";
import { countRequest, failureOfAddress, limitOfAddress, limitOfPrincipal } from "../limits/rate-limit.ts";
import type { Admission } from "./admission.ts";
import { preferredWait } from "./prefer.ts";
import { readJsonBody } from "./read-json-body.ts";
import { bindTenant, requestLog } from "./request-log.ts";
import type { Exchange, Route } from "./route.ts";
import { watchPace } from "./watch-pace.ts";

type Parsed = Pick<Exchange<unknown, unknown, unknown, unknown>, "params" | "query" | "headers" | "body">;

/** Takes a request in, parses every part of it and hands it to the route. */
export async function answerRoute(
  route: Route,
  deps: RouteDeps,
  admission: Admission,
  request: Request,
  response: Response,
): Promise<void> {
  const traffic = trafficOf(route, request);
  holdPlace(admission.enter(traffic), response);
  watchPace(request, response, { paceMs: deps.timing.paceMs, wholeBody: route.body !== null });
  const principal = await principalOf(route, deps, request, response);
  if (route.scope !== "public") bindTenant(response, principal.tenantId);
  // Where no key is asked for there is one tenant, on this machine, whose all places are.
  if (deps.config.auth === "on") holdPlace(admission.enterShare(traffic, principal.tenantId), response);
  const parsed = await parseRequest(route, request, response);
  const who = { tenantId: principal.tenantId, principal, actor: actorOf(principal, request, response) };
  const exchange = {
    ...{ ...parsed, ...who, request, response },
    // Made for those who ask for it, which most requests are over too soon for.
    get log() {
      return requestLog(response);
    },
    get signal() {
      return clientGone(response);
    },
  };
  await route.handle(exchange, deps);
}

/** Until the answer is out, not until the handler is done: its client may send the next request before that. */
function holdPlace(place: Disposable, response: Response): void {
  if (response.destroyed) place[Symbol.dispose]();
  else response.once("close", () => place[Symbol.dispose]());
}

/** Who asks, once it is sure that they may and have not asked too often. What is public is there for everyone. */
async function principalOf(route: Route, deps: RouteDeps, request: Request, response: Response): Promise<Principal> {
  const { scope } = route;
  if (scope === "public") return LOCAL;
  const byAddress = limitOfAddress(route, request, deps.config);
  if (deps.config.auth === "off") {
    if (byAddress) await countRequest(byAddress, deps.countOne, response);
    return LOCAL;
  }
  const from = failureOfAddress(request, deps.config);
  const principal = await identify(deps.authenticateFrom, { request, response, from }).catch(async (refusal) => {
    if (byAddress) await countRequest(byAddress, deps.countOne, response);
    throw refusal;
  });
  await countRequest(limitOfPrincipal(principal, deps.config), deps.countOne, response);
  expectScope(principal, scope, response);
  endWithKey(deps.authenticate, request, response, deps.timing.keyMs);
  return principal;
}

/** A request that asks to be kept waiting counts as what it will be, where the route knows what that is. */
function trafficOf(route: Route, request: Request): Route["traffic"] {
  const waits =
    ("wait" in route.query.shape && "wait" in request.query && Number(request.query.wait) !== 0) ||
    ("Prefer" in route.headers.shape && preferredWait(request.get("prefer")));
  return route.traffic === "request" && waits ? "stream" : route.traffic;
}

async function parseRequest(route: Route, request: Request, response: Response): Promise<Parsed> {
  const params = route.params.safeParse(request.params);
  if (!params.success) throw new AppError("not_found", "There is nothing at this address.");
  checkQueryEncoding(request);
  const query = route.readQuery ? route.readQuery(request.query) : { ...request.query };
  const headers = Object.fromEntries(Object.keys(route.headers.shape).map((name) => [name, request.get(name)]));
  return {
    params: params.data,
    query: parse(route.query, query, "query"),
    headers: parse(route.headers, headers, "header"),
    body: route.body ? parse(route.body, await readJsonBody(request, response), "body") : undefined,
  };
}

/** The query parser takes `%zz` for text; a client that sends it has a fault that it wants to know of. */
function checkQueryEncoding(request: Request): void {
  const start = request.originalUrl.indexOf("?");
  if (start < 0) return;
  try {
    decodeURIComponent(request.originalUrl.slice(start + 1));
  } catch (cause) {
    throw new AppError("bad_request", "The query is not valid percent-encoded UTF-8.", { cause });
  }
}

function clientGone(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort(new AppError("cancelled", "The client has gone."));
  });
  if (response.destroyed) controller.abort(new AppError("cancelled", "The client has gone."));
  return controller.signal;
}
