import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, type Page, chromium } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { selvedge } from "../cli/selvedge.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);

/** A `describe` that is skipped, with the reason in its name, where there is no browser. */
export function describeBrowser(name: string, body: () => void): void {
  if (CHROMIUM === undefined) describe.skip(`${name} [skipped: no Chromium (Debian package chromium)]`, body);
  else describe(name, body);
}

/** A page that is open, and all that went wrong in it or left it since. */
export interface Opened {
  readonly page: Page;
  readonly requests: string[];
  readonly errors: string[];
}

const pages = new Map<string, string>();

/** Writes the page, once for each call of the program. */
function pageOf(args: readonly string[]): string {
  const key = args.join(" ");
  const known = pages.get(key);
  if (known !== undefined) return known;
  const { status, stdout, stderr } = selvedge(["map", ...args, "-o", "html"]);
  if (status !== 0) throw new Error(stderr);
  const path = join(mkdtempSync(join(tmpdir(), "selvedge-page-")), "map.html");
  writeFileSync(path, stdout);
  pages.set(key, path);
  return path;
}

/** Starts a browser for the tests around; the function opens a map's page of these manifests in it, from a file. */
export function useBrowser(): (args: readonly string[], options?: BrowserContextOptions) => Promise<Opened> {
  let browser: Browser | undefined;
  beforeAll(async () => {
    // As root there is no sandbox; nothing but our own page is opened.
    browser = await chromium.launch({ executablePath: CHROMIUM ?? "", args: ["--no-sandbox"] });
  });
  afterAll(async () => browser?.close());
  return async (args, options = {}) => {
    if (browser === undefined) throw new Error("no browser was started");
    const path = pageOf(args);
    const context = await browser.newContext({ viewport: { width: 1360, height: 850 }, ...options });
    const page = await context.newPage();
    const requests: string[] = [];
    const errors: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
    });
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("dialog", (dialog) => {
      errors.push(dialog.message());
      void dialog.dismiss();
    });
    await page.goto(pathToFileURL(path).href);
    return { page, requests, errors };
  };
}
