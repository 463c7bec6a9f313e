import { fileURLToPath } from "node:url";
import { createClient } from "@pharmadb/client";
import { expect, test } from "vitest";
import { startService } from "../../samples/start-service.ts";
import { findChromium, openPage } from "../browser/open-browser.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const chromium = findChromium();
const AE = fileURLToPath(new URL("../../samples/trial/ae.csv", import.meta.url));

test.skipIf(chromium === null)(
  "documentation and reports work in a browser without calling anybody else",
  async () => {
    await using folder = await temporaryFolder();
    await using service = await startService(folder.path);
    const client = createClient({ baseUrl: service.url });
    const file = await client.uploadFile(AE);
    const { id } = await client.submit({ question: "How many adverse events were serious?", file_ids: [file.id] });
    expect((await client.waitForEnd(id)).status).toBe("completed");

    await using docs = await openPage(chromium ?? "", `${service.url}/docs`);
    await docs.page.getByText("/api/v1/research", { exact: true }).first().waitFor();
    expect(docs.complaints).toEqual([]);

    await using report = await openPage(chromium ?? "", `${service.url}/api/v1/research/${id}/report?format=html`);
    await report.page.getByRole("link", { name: "E1" }).first().click();
    expect(new URL(report.page.url()).hash).toBe("#E1");
    const evidence = report.page.locator("#E1");
    await evidence.waitFor();
    expect(await evidence.textContent()).toContain("AESER");
    expect(report.complaints).toEqual([]);

    await using home = await openPage(chromium ?? "", service.url);
    await home.page.getByRole("link", { name: /documentation/i }).waitFor();
    expect(home.complaints).toEqual([]);

    for (const { page } of [docs, report, home]) {
      await page.setViewportSize({ width: 375, height: 800 });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(375);
    }
  },
  60_000,
);
