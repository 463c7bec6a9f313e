import { createEmbeddedAnalyst, type ModelClient, type ModelRequest } from "@pharmadb/agents";
import { PRIORITIES } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { modelOfJob } from "./model-of-job.ts";

test.each(PRIORITIES)(
  "the calls of a job of the priority %s say so, and are otherwise as they were",
  async (priority) => {
    const analyst = createEmbeddedAnalyst();
    const asked: ModelRequest[] = [];
    const model: ModelClient = {
      ...analyst,
      respond: (request, signal) => {
        asked.push(request);
        return analyst.respond(request, signal);
      },
    };
    const request: ModelRequest = {
      role: "planner",
      instructions: "",
      prompt: "",
      task: { question: "How many subjects are there?", tables: [], documents: [], depth: "quick" },
      transcript: [],
      tools: [],
      output: { name: "plan", schema: {} },
      maxOutputTokens: 1,
    };
    const ofJob = modelOfJob(model, { priority });
    expect(ofJob.name).toBe(analyst.name);
    const { signal } = new AbortController();
    expect(await ofJob.respond(request, signal)).toEqual(await analyst.respond(request, signal));
    expect(asked).toEqual([{ ...request, priority }]);
  },
);
