import { AppError } from "@pharmadb/contracts";
import type { Express } from "express";
import type { RouteDeps } from "../deps.ts";
import type { Admission } from "./admission.ts";
import { answerRoute } from "./answer-route.ts";
import type { Route } from "./route.ts";

/** Mounts the routes, and for each of their paths an answer to the methods that it does not have. */
export function mountRoutes(app: Express, routes: readonly Route[], deps: RouteDeps, admission: Admission): void {
  for (const route of routes) {
    app[route.method](route.path, (request, response) => answerRoute(route, deps, admission, request, response));
  }
  for (const [path, allowed] of methodsByPath(routes)) {
    app.all(path, (request, response) => {
      response.set("Allow", allowed);
      // Without CORS headers this tells another site's page that it may not.
      if (request.method === "OPTIONS") return void response.status(204).end();
      throw new AppError("method_not_allowed", `${request.method} is not possible at this address, only ${allowed}.`);
    });
  }
}

function methodsByPath(routes: readonly Route[]): [path: string, allowed: string][] {
  const byPath = Map.groupBy(routes, (route) => route.path);
  return [...byPath].map(([path, group]) => {
    const methods = group.flatMap(({ method }) => (method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()]));
    return [path, [...methods, "OPTIONS"].join(", ")];
  });
}
