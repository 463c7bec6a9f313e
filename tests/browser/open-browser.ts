import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

const PROGRAMS = ["chromium", "chromium-browser", "google-chrome"];

/** The path of the system's Chromium; null where there is none, and the tests that need it are skipped. */
export function findChromium(): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const paths = folders.flatMap((folder) => PROGRAMS.map((program) => join(folder, program)));
  return paths.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A page that writes down what a person would complain about. */
export type WatchedPage = AsyncDisposable & {
  page: Page;
  /** Errors on the console, failed requests, and requests to anywhere but the page's own service. */
  complaints: string[];
};

/** Opens a page of the service in a headless Chromium that calls nobody else. */
export async function openPage(executablePath: string, url: string): Promise<WatchedPage> {
  const browser: Browser = await chromium.launch({
    executablePath,
    // The system's Chromium runs as root in containers, and must not call home from a closed network.
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
    ],
  });
  const page = await browser.newPage();
  const complaints: string[] = [];
  const { origin } = new URL(url);
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  page.on("request", (request) => {
    const isOwn = request.url().startsWith(origin) || request.url().startsWith("data:");
    if (!isOwn) complaints.push(`elsewhere: ${request.url()}`);
  });
  await page.goto(url, { waitUntil: "networkidle" });
  return { page, complaints, [Symbol.asyncDispose]: () => browser.close() };
}
