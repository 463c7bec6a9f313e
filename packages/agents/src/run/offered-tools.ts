import { SOURCES, type Source } from "@pharmadb/contracts";
import type { ToolRegistry } from "@pharmadb/tools";
import type { ModelRequest } from "../model-client.ts";
import type { ResearchJob } from "../research-job.ts";
import type { Material } from "../roles/material.ts";

/** The source that a tool looks into: `openfda_search` belongs to openFDA, tables and documents to the files. */
export function sourceOfTool(name: string): Source {
  return SOURCES.find((source) => name.startsWith(`${source}_`)) ?? "files";
}

/** The tools that this job's model may call: of the sources asked for, and of the kinds of file that are there. */
export function offeredTools(job: ResearchJob, material: Material, tools: ToolRegistry): ModelRequest["tools"] {
  return tools.descriptions().filter(({ name }) => {
    if (!job.sources.includes(sourceOfTool(name))) return false;
    if (name.startsWith("tables_")) return material.tables.length > 0;
    if (name.startsWith("documents_")) return material.documents.length > 0;
    return true;
  });
}

/** The public sources asked for that no tool of this installation reaches. */
export function unreachedSources(job: ResearchJob, tools: ToolRegistry): Source[] {
  const reached = new Set(tools.descriptions().map(({ name }) => sourceOfTool(name)));
  return job.sources.filter((source) => source !== "files" && !reached.has(source));
}
