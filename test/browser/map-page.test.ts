import axeCore from "axe-core";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { describeBrowser, useBrowser } from "./page.ts";

/** What axe has against the page as it stands, each as one line. */
async function faults(page: Page): Promise<string[]> {
  // Not through a script element: the page's own policy would not let it run.
  await page.evaluate(axeCore.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
    );
  });
}

const details = (page: Page): ReturnType<Page["locator"]> => page.getByRole("complementary");
const cell = (page: Page, name: string): ReturnType<Page["locator"]> =>
  page.getByRole("gridcell", { name, exact: false });
const focused = (page: Page): Promise<string | null> =>
  page.evaluate("document.activeElement.getAttribute('aria-label')");

describeBrowser("the map's page", () => {
  const open = useBrowser();
  const shop = ["-f", "fixtures/shop"];

  it("tells by a click which rule of which file lets a pair talk, and which policies don't", async () => {
    const { page, errors } = await open(shop);
    await cell(page, "shop/front to shop/api: TCP 3000").click();
    const text = await details(page).innerText();
    expect(text).toContain("Some traffic passes");
    expect(text).toContain("shop/front spec.egress[0]");
    expect(text).toMatch(/fixtures\/shop\/policies\.yaml:\d+:\d+/);
    expect(text).toContain("shop/api spec.ingress[0]");
    await cell(page, "shop/db to shop/api: nothing").click();
    expect(await details(page).innerText()).toContain("Denied: no rule");
    expect(errors).toEqual([]);
  });

  it("tells of an end all that it reaches and who reaches it, and leads on from there", async () => {
    const { page } = await open(shop);
    await page.getByRole("rowheader", { name: "shop/api" }).click();
    expect(await details(page).innerText()).toMatch(/Reaches \(2\)[\s\S]*shop\/db[\s\S]*Reached by \(2\)/);
    await details(page).getByRole("button", { name: "shop/db" }).click();
    expect(await details(page).innerText()).toContain("TCP 5432");
  });

  it("filters by source, destination, port and verdict", async () => {
    const { page } = await open(shop);
    const shown = (): Promise<string> => page.getByRole("status").innerText();
    expect(await shown()).toBe("60 of 60 pairs shown");
    await page.getByLabel("From", { exact: true }).fill("shop/ap");
    expect(await page.getByRole("rowheader", { name: "shop/api" }).count()).toBe(1);
    expect(await page.getByRole("rowheader", { name: "shop/db" }).count()).toBe(0);
    await page.getByLabel("Port", { exact: true }).fill("5432");
    expect(await shown()).toBe("1 of 1 pairs shown");
    await page.getByLabel("Port", { exact: true }).fill("53/udp");
    expect(await page.getByRole("columnheader", { name: "kube-system/coredns" }).count()).toBe(1);
    await page.getByLabel("Port", { exact: true }).fill("99999");
    expect(await page.getByLabel("Port", { exact: true }).getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Port", { exact: true }).fill("");
    await page.getByLabel("Show", { exact: true }).selectOption("denied");
    expect(await shown()).toBe("6 of 6 pairs shown");
    await page.getByLabel("To", { exact: true }).fill("nobody");
    expect(await page.getByText("No pair is left").count()).toBe(1);
  });

  it("begins with what the command line asked for", async () => {
    const { page } = await open([...shop, "--from", "shop/api", "--only", "allowed", "--port", "5432"]);
    expect(await page.getByRole("status").innerText()).toBe("1 of 1 pairs shown");
    expect(await page.getByLabel("Port", { exact: true }).inputValue()).toBe("5432");
  });

  it("is walked with the keyboard: tabs, arrows, Enter, Escape, in matrix and graph", async () => {
    const { page } = await open(shop);
    const grid = page.getByRole("grid");
    expect(await grid.locator('[tabindex="0"]').count()).toBe(1);
    await page.getByRole("button", { name: "Fold all", exact: true }).focus();
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("kube-system/coredns to kube-system/coredns: everything");
    await page.keyboard.press("ArrowRight");
    expect(await focused(page)).toBe("kube-system/coredns to monitoring/prometheus: everything");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await focused(page)).toBe("monitoring/prometheus to monitoring/prometheus: everything");
    await page.keyboard.press("Home");
    expect(await focused(page)).toBe("monitoring/prometheus");
    await page.keyboard.press("Control+End");
    await page.keyboard.press("ArrowUp");
    expect(await grid.locator('[tabindex="0"]').count()).toBe(1);
    const before = await focused(page);
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    expect(await details(page).locator("h2").innerText()).toContain("kube-system/coredns");
    expect(before).toContain("to ::/0");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.closest('aside') !== null")).toBe(true);
    await page.keyboard.press("Escape");
    expect(await focused(page)).toContain("0.0.0.0/0 to kube-system/coredns");

    await page.getByRole("tab", { name: "Matrix" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.getByRole("tab", { name: "Graph" }).getAttribute("aria-selected")).toBe("true");
    await page.locator('.node[tabindex="0"]').focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    expect(await focused(page)).toMatch(/^shop\/api: reaches 2, reached by 2$/);
    await page.keyboard.press("Enter");
    expect(await details(page).locator("h2").innerText()).toBe("shop/api");
  });

  it("shows in the graph an arrow for each pair that may talk, which leads to the reason", async () => {
    const { page } = await open(shop);
    await page.getByRole("tab", { name: "Graph" }).click();
    expect(await page.locator(".node").count()).toBe(8);
    const edge = page.locator(".edge", {
      has: page.locator("title", { hasText: "shop/front → shop/api: TCP 3000" }),
    });
    expect(await edge.count()).toBe(1);
    await edge.dispatchEvent("click");
    expect(await details(page).innerText()).toContain("shop/front spec.egress[0]");
  });

  it("folds namespaces up and unfolds them", async () => {
    const { page } = await open(shop);
    await page.getByRole("button", { name: "Fold all", exact: true }).click();
    expect(await page.getByRole("grid").getByRole("row").count()).toBe(2 + 4);
    await cell(page, "all of shop to all of kube-system: 4 of 4 pairs").click();
    expect(await page.getByRole("rowheader", { name: "shop/front" }).count()).toBe(1);
    expect(await page.evaluate("document.activeElement.closest('table') !== null")).toBe(true);
  });

  it.each(["light", "dark"] as const)(
    "has nothing against it in %s, by axe's rules, in any view",
    async (colorScheme) => {
      const { page, errors } = await open(shop, { colorScheme });
      expect(await faults(page)).toEqual([]);
      await cell(page, "shop/front to shop/api").first().click();
      expect(await faults(page)).toEqual([]);
      await page.getByRole("tab", { name: "Graph" }).click();
      await page.mouse.move(2, 2);
      expect(await faults(page)).toEqual([]);
      await page.getByRole("button", { name: "Fold all", exact: true }).click();
      expect(await faults(page)).toEqual([]);
      expect(errors).toEqual([]);
    },
  );

  it("is dark where the reader's system is", async () => {
    const paper = async (colorScheme: "light" | "dark"): Promise<number> => {
      const { page } = await open(shop, { colorScheme });
      const color = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      return Number(/\d+/.exec(color)?.[0]);
    };
    expect(await paper("light")).toBeGreaterThan(200);
    expect(await paper("dark")).toBeLessThan(60);
  });

  it("asks nobody for anything, and could not", async () => {
    const { page, requests } = await open(shop);
    await cell(page, "shop/front to shop/api").first().click();
    await page.getByRole("tab", { name: "Graph" }).click();
    expect(requests.filter((url) => !url.startsWith("file:"))).toEqual([]);
    expect(requests).toHaveLength(1);
    const refused = await page.evaluate<string>(
      "fetch('http://127.0.0.1:9/').then(() => 'answered', (e) => e.message)",
    );
    expect(refused).toContain("Failed to fetch");
    expect(await page.evaluate("document.documentElement.outerHTML.match(/(?:src|href)=/g)")).toBeNull();
  });

  it("takes markup in names of files for text", async () => {
    const folder = mkdtempSync(join(tmpdir(), "selvedge-page-"));
    const evil = `</script><script>alert(1)</script><img src=x onerror=alert(2)>"'&<!--`.replaceAll("/", "");
    const inner = join(folder, "<script>alert(3)<", "script>");
    mkdirSync(inner, { recursive: true });
    const pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}}";
    const policy =
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {podSelector: {}}}";
    writeFileSync(join(inner, `${evil}.yaml`), `${pod}\n---\n${policy}`);
    const { page, errors } = await open(["-f", folder]);
    await cell(page, "0.0.0.0/0 to default/a: nothing").click();
    expect(await details(page).innerText()).toContain(evil);
    expect(await details(page).innerText()).toContain("</script>");
    expect(await page.locator("img, script:not([type])").count()).toBe(1);
    expect(errors).toEqual([]);
  });

  it("keeps a thousand pods in a hundred workloads readable: folded up first, then all of it", async () => {
    const objects = Array.from({ length: 100 }, (_, i) => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: `app-${i}`, namespace: `team-${i % 10}` },
      spec: {
        replicas: 10,
        template: { metadata: { labels: { app: `app-${i}` } }, spec: { containers: [{ name: "c" }] } },
      },
    }));
    const file = join(mkdtempSync(join(tmpdir(), "selvedge-page-")), "big.json");
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
    const { page } = await open(["-f", file]);
    expect(await page.getByRole("gridcell").count()).toBeLessThan(200);
    await page.getByRole("button", { name: "Unfold all" }).click();
    expect(await page.locator("td.everything").count()).toBe(100 * 100 + 2 * 2 * 100);
    await cell(page, "team-3/app-13 to team-4/app-14: everything").click();
    expect(await details(page).innerText()).toContain("Open: no policy isolates it");
  });
});
