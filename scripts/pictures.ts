// Draws docs/pictures: the page that `selvedge map -o html` writes for the shop, as a browser shows it. Needs Chromium.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "selvedge-pictures-"));
const page = join(folder, "map.html");
const args = ["map", "-f", "fixtures/shop", "-o", "html"];
writeFileSync(page, execFileSync(join(root, "bin/selvedge"), args, { cwd: root }));

// As root there is no sandbox; nothing but our own page is opened.
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const context = await browser.newContext({
  viewport: { width: 1100, height: 600 },
  colorScheme: "light",
  reducedMotion: "reduce",
});
const shown = await context.newPage();
await shown.goto(pathToFileURL(page).href);
await shown.getByRole("gridcell", { name: "shop/front to shop/api" }).first().click();
mkdirSync(join(root, "docs/pictures"), { recursive: true });
await shown.screenshot({ path: join(root, "docs/pictures/map-light.png") });
await browser.close();
rmSync(folder, { recursive: true });
