import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readFormDataDisposition } from "../uploads/form-data-disposition.ts";
import { attachment } from "./content-disposition.ts";

test("any name can be sent in a header and be read back in full", async () => {
  await fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const header = attachment(name);
      expect(header).toMatch(/^[\x20-\x7e]+$/);
      const parameters = header.replace("attachment", "form-data");
      expect(readFormDataDisposition(parameters)?.fileName).toBe(name.toWellFormed());
    }),
  );
});
