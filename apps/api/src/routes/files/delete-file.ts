import { AppError } from "@pharmadb/contracts";
import { deleteFile, getFile, withAudit } from "@pharmadb/store";
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
  async handle({ params: { id }, response, tenantId, actor }, deps) {
    const file = await getFile(deps.sql, tenantId, id);
    if (!file) throw noSuchFile(id);
    // The same bytes may be coming in again: they must not be taken from under the new file.
    await deps.fileLocks(file.storage_key, async () => {
      const result = await withAudit(
        deps.sql,
        (sql) => deleteFile(sql, tenantId, id),
        ({ outcome }) =>
          outcome === "deleted" ? { actor, action: "file.deleted", target: { type: "file", id } } : null,
      );
      if (result.outcome === "missing") throw noSuchFile(id);
      if (result.outcome === "in_use") throw new AppError("conflict", "A job that has not ended uses the file.");
      if (result.lastUse) await deps.files.remove(result.storageKey);
    });
    response.status(204).end();
  },
});
