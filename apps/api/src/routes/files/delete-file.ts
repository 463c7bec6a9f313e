import { AppError } from "@pharmadb/contracts";
import { deleteFile, dropBytes, withAudit } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { FileParams, noSuchFile } from "./file-params.ts";

export const deleteFileRoute = defineRoute({
  method: "delete",
  path: "/api/v1/files/:id",
  operationId: "deleteFile",
  tag: "Files",
  scope: "write",
  summary: "Delete a file",
  params: FileParams,
  responses: { "204": { description: "It is gone." } },
  problems: ["not_found", "conflict"],
  async handle({ params: { id }, response, tenantId, actor, log }, deps) {
    const result = await withAudit(
      deps.sql,
      (sql) => deleteFile(sql, tenantId, id),
      ({ outcome }) => (outcome === "deleted" ? { actor, action: "file.deleted", target: { type: "file", id } } : null),
    );
    if (result.outcome === "missing") throw noSuchFile(id);
    if (result.outcome === "in_use")
      throw new AppError("conflict", "A job that has not ended or is held uses the file, or a schedule does.");
    if (result.lastUse) {
      // It is gone for everyone already; bytes that are left are removed by maintenance.
      await dropBytes(deps.sql, deps.files, result.storageKey).catch((error) =>
        log.warn("bytes not removed yet", { file_id: id, error }),
      );
    }
    response.status(204).end();
  },
});
