import { newId } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import { deleteFile } from "../files/delete-file.ts";
import { getFile, getFiles } from "../files/get-file.ts";
import { newTenant, storedFile } from "./given.ts";

/** What the record of files promises. */
export function fileContract(database: () => Database): void {
  test("a file reads back as it was stored, by its own tenant", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const file = await storedFile(sql, tenant, { bytes: 5_000_000_000, name: "ä \u0000.csv" });
    expect(file).toMatchObject({ bytes: 5_000_000_000, name: "ä \ufffd.csv", created_at: "2026-01-02T03:04:05.678Z" });
    expect(file).not.toHaveProperty("storage_key");
    expect(await getFile(sql, tenant, file.id)).toEqual({ ...file, storage_key: `${tenant}/${file.sha256}` });
    expect(await getFile(sql, newTenant(), file.id)).toBeNull();
    expect(await deleteFile(sql, newTenant(), file.id)).toEqual({ outcome: "missing" });
  });

  test("files come in the order asked for, without those that are not there", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const [one, two] = [await storedFile(sql, tenant), await storedFile(sql, tenant)];
    const files = await getFiles(sql, tenant, [two.id, newId("file"), one.id]);
    expect(files.map(({ id }) => id)).toEqual([two.id, one.id]);
  });

  test("bytes that two files share are used last by the one deleted last, also when both go at once", async () => {
    const { sql } = database();
    const tenant = newTenant();
    for (let round = 0; round < 5; round++) {
      const files = [await storedFile(sql, tenant), await storedFile(sql, tenant)];
      const deleted = await Promise.all(files.map(({ id }) => deleteFile(sql, tenant, id)));
      expect(deleted.map(({ outcome }) => outcome)).toEqual(["deleted", "deleted"]);
      expect(deleted.filter((each) => each.outcome === "deleted" && each.lastUse)).toHaveLength(1);
    }
  });
}
