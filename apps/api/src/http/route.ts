import type { ErrorCode, Scope } from "@pharmadb/contracts";
import type { Actor } from "@pharmadb/store";
import type { Logger } from "@pharmadb/telemetry";
import type { Request, Response } from "express";
import { z } from "zod";
import type { ZodOpenApiRequestBodyObject, ZodOpenApiResponsesObject } from "zod-openapi";
import type { RouteDeps } from "../deps.ts";
import type { Principal } from "../identity/principal.ts";

/**
 * How a request counts against the limit on concurrent requests: `request` does, a `stream` (event streams, long
 * polls) has a limit of its own since it mostly waits, `unlimited` is always let in.
 */
export type Traffic = "request" | "stream" | "unlimited";

/** Nothing may be sent here. */
const Nothing = z.strictObject({});
type Nothing = typeof Nothing;

/** One request on its way, with everything about it parsed. */
export type Exchange<P, Q, H, B> = {
  params: P;
  query: Q;
  headers: H;
  body: B;
  request: Request;
  response: Response;
  /** Whose objects the request may see and make: the tenant of `principal`. */
  tenantId: string;
  principal: Principal;
  /** The same as the audit trail names them. */
  actor: Actor;
  log: Logger;
  /** Aborts when the client has gone. */
  signal: AbortSignal;
};

type Handle<P, Q, H, B> = (exchange: Exchange<P, Q, H, B>, deps: RouteDeps) => Promise<void> | void;

export type RouteSpec<P extends z.ZodObject, Q extends z.ZodObject, H extends z.ZodObject, B extends z.ZodType> = {
  method: "get" | "post" | "patch" | "delete";
  /** As Express writes it: `/api/v1/files/:id`. */
  path: string;
  operationId: string;
  tag: string;
  /** What a key must be allowed for this; `public` wants none. */
  scope: Scope | "public";
  /** Whether it starts work: then those without a key are held to so many of it a minute. */
  isSubmission?: true;
  summary: string;
  description?: string;
  traffic?: Traffic;
  /** Parts of the path. One that does not fit names nothing that exists: 404. */
  params?: P;
  query?: Q;
  /** Turns query parameters whose names the client makes up into fields that a schema can name. */
  readQuery?: (query: Record<string, unknown>) => Record<string, unknown>;
  headers?: H;
  /** The schema of a JSON body; without it the handler reads the body itself, if there is one. */
  body?: B;
  bodyExamples?: Record<string, { summary: string; value: unknown }>;
  /** Describes a body that is not JSON. */
  requestBody?: ZodOpenApiRequestBodyObject;
  responses: ZodOpenApiResponsesObject;
  /** Errors that the client may meet here, beside those that it may meet anywhere. */
  problems: ErrorCode[];
  handle: Handle<z.output<P>, z.output<Q>, z.output<H>, z.output<B>>;
};

/** A route as the app mounts it and as the OpenAPI document describes it. */
export type Route = Omit<RouteSpec<z.ZodObject, z.ZodObject, z.ZodObject, z.ZodType>, "handle" | "body"> & {
  traffic: Traffic;
  params: z.ZodObject;
  query: z.ZodObject;
  headers: z.ZodObject;
  body: z.ZodType | null;
  handle: Handle<unknown, unknown, unknown, unknown>;
};

/** Defines a route in one place: what it takes, what it answers, and how. */
export function defineRoute<
  P extends z.ZodObject = Nothing,
  Q extends z.ZodObject = Nothing,
  H extends z.ZodObject = Nothing,
  B extends z.ZodType = z.ZodUndefined,
>(spec: RouteSpec<P, Q, H, B>): Route {
  return {
    ...spec,
    traffic: spec.traffic ?? "request",
    params: spec.params ?? Nothing,
    query: spec.query ?? Nothing,
    headers: spec.headers ?? Nothing,
    body: spec.body ?? null,
    // The exchange is made by `answerRoute`, which parses each part with the schema of this same spec.
    handle: spec.handle as Handle<unknown, unknown, unknown, unknown>,
  };
}
