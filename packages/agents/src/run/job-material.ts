import { DocumentProfile, TableProfile } from "@pharmadb/contracts";
import type { ToolRegistry } from "@pharmadb/tools";
import { z } from "zod";
import type { ResearchJob } from "../research-job.ts";
import type { Material } from "../roles/material.ts";

const Listed = z.object({
  tables: z.array(z.object({ table: z.string(), file_id: z.string(), file_name: z.string() })),
});
const Described = z.object({ profile: TableProfile });

/**
 * What the job has to work with. The tools are asked for the tables, since they alone know their names in SQL. These
 * look-ups read nothing but the job's own files, so they stay outside the journal.
 */
export async function jobMaterial(job: ResearchJob, tools: ToolRegistry, signal: AbortSignal): Promise<Material> {
  if (!job.sources.includes("files")) return { tables: [], documents: [], missing: [] };
  const missing = job.missingFiles;
  const documents = job.files.flatMap((file) => {
    const profile = file.kind === "document" ? DocumentProfile.safeParse(file.profile) : null;
    return profile?.success ? [{ file_id: file.id, file_name: file.name, profile: profile.data }] : [];
  });
  if (!job.files.some((file) => file.kind === "table")) return { tables: [], documents, missing };
  const listed = Listed.safeParse((await tools.call("tables_list", "{}", signal)).data);
  const tables: Material["tables"] = [];
  for (const { table, file_id, file_name } of listed.data?.tables ?? []) {
    const { data } = await tools.call("tables_describe", JSON.stringify({ table }), signal);
    const described = Described.safeParse(data);
    if (described.success) tables.push({ table, file_id, file_name, profile: described.data.profile });
  }
  return { tables, documents, missing };
}
