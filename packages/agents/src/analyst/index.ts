import { AppError } from "@pharmadb/contracts";
import type { ModelClient, ModelRequest } from "../model-client.ts";
import { plan } from "./roles/plan.ts";
import { research, responseOf } from "./roles/research.ts";
import { write } from "./roles/write.ts";

function turnOf(request: ModelRequest) {
  switch (request.role) {
    case "planner":
      return { final: plan(request.task) };
    case "researcher":
      return research(request.task, request.transcript);
    case "writer":
      return { final: write(request.task) };
    default:
      throw new AppError("model_refused", `The embedded analyst has no role "${request.role}".`);
  }
}

/** A model client without a language model: rules that map words to tables, columns and values, and compose SQL. */
export function createEmbeddedAnalyst(): ModelClient {
  return {
    name: "embedded-analyst",
    async respond(request, signal) {
      signal.throwIfAborted();
      return responseOf(turnOf(request));
    },
  };
}
