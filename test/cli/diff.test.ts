import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { liveCluster, selvedgeBeside } from "./live-cluster.ts";
import { root, selvedge } from "./selvedge.ts";

const shop = "fixtures/shop";

/** The shop, with an edit made to its policies. */
function edited(edit: (policies: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), "selvedge-diff-"));
  cpSync(join(root, shop), folder, { recursive: true });
  const file = join(folder, "policies.yaml");
  const text = readFileSync(file, "utf8");
  const changed = edit(text);
  expect(changed).not.toBe(text);
  writeFileSync(file, changed);
  return folder;
}

/** The api may be asked on 9999, too, and by a part of 10.0.0.0/8. */
const wider = (): string =>
  edited((text) =>
    text.replace(
      "- podSelector: { matchLabels: { app: front } }\n      ports:\n        - { port: http }\n",
      (found) =>
        `${found}        - { port: 9999 }\n    - from:\n        - ipBlock: { cidr: 10.0.0.0/8, except: [10.1.0.0/16] }\n`,
    ),
  );

/** Nobody reads metrics any more. */
const narrower = (): string => edited((text) => text.slice(0, text.indexOf("# Whoever monitors")));

describe("selvedge diff", () => {
  it("says nothing and exits with 0 where the two mean the same, whatever their text", () => {
    const same = edited((text) =>
      text
        .split("---\n")
        .toReversed()
        .map((document) => document.replace("- { port: 5432 }", "- { port: 5432 }\n        - { port: 5432 }"))
        .join("---\n"),
    );
    expect(selvedge(["diff", "-f", same, "--against", shop])).toEqual({
      status: 0,
      stdout: "no differences\n",
      stderr: "",
    });
  });

  it("tells by its edit what opens, to the field, and the addresses outside as blocks", () => {
    const folder = wider();
    const { status, stdout, stderr } = selvedge(["diff", "-f", folder, "--against", shop]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    const lines = stdout.split("\n");
    expect(stdout.replaceAll(/\s+/g, " ")).toMatch(
      /NetworkPolicy shop\/api changed \(\S+:46:5 spec\.ingress\)/,
    );
    expect(stdout).toContain("  + 10.0.0.0/8 (but 10.1.0.0/16) -> shop/api: opened for everything\n");
    expect(stdout).toMatch(/\n\n\d pairs? opened.*\n$/);
    expect(lines.filter((line) => line.length > 100 && !line.includes(folder))).toEqual([]);
    // oxlint-disable-next-line no-control-regex -- an escape is what must not be there
    expect(stdout).not.toMatch(/\u001B/);
  });

  it("tells what closes where it was written before", () => {
    const { status, stdout } = selvedge(["diff", "-f", narrower(), "--against", shop]);
    expect(status).toBe(1);
    expect(stdout).toBe(
      `NetworkPolicy shop/metrics removed (${shop}/policies.yaml:89:1)\n` +
        "  - monitoring/prometheus -> shop/api: closed for TCP 9100\n" +
        "  - monitoring/prometheus -> shop/db: closed for TCP 9187\n\n2 pairs closed\n",
    );
  });

  it.each([
    ["only what opens", ["--fail-on", "opened"], 0],
    ["what closes or narrows", ["--fail-on", "closed,narrowed"], 1],
    ["nothing", ["--fail-on", "never"], 0],
  ])("fails on %s where it is asked to", (_what, flags, status) => {
    expect(selvedge(["diff", "-f", narrower(), "--against", shop, ...flags]).status).toBe(status);
  });

  it("tells ends that only one side has apart, and on request whom they reach", () => {
    const args = ["diff", "-f", shop, "--against", shop, "--delete", "sts/shop/db"];
    const { status, stdout } = selvedge(args);
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^StatefulSet shop\/db removed \(\S+:\d+:1\)\n {2}- shop\/db is gone\n\n1 end removed\n$/,
    );
    expect(selvedge([...args, "--all-pairs"]).stdout).toContain(
      "\n  - shop/db is gone\n  - monitoring/prometheus -> shop/db: closed for TCP 9187\n" +
        "  - shop/api, shop/backup, shop/db -> shop/db: closed for TCP 5432\n",
    );
    expect(selvedge([...args, "--fail-on", "opened,closed"]).status).toBe(0);
  });

  it("writes every format", () => {
    const run = (format: string): string =>
      selvedge(["diff", "-f", narrower(), "--against", shop, "-o", format]).stdout;
    expect(JSON.parse(run("json"))).toMatchObject({
      apiVersion: "selvedge.dev/v1alpha1",
      kind: "ConnectivityDiff",
      changes: expect.arrayContaining([
        expect.objectContaining({
          change: "closed",
          from: [{ pod: "monitoring/prometheus" }],
          before: "allowed",
          after: "denied",
          causes: [
            expect.objectContaining({ change: "removed", object: "NetworkPolicy shop/metrics", line: 89 }),
          ],
        }),
      ]),
      counts: { opened: 0, widened: 0, added: 0, removed: 0 },
    });
    expect(JSON.parse(run("sarif"))).toHaveProperty("runs[0].results[0].locations[0].physicalLocation");
    expect(run("github")).toMatch(
      /^::warning file=.*,line=89,col=1,title=DF10[24] NetworkPolicy shop\/metrics::/,
    );
    expect(run("junit")).toContain("<testsuites>");
    expect(run("md")).toMatch(/^### selvedge diff: .*closed.*\n[^]*```diff\n- monitoring\/prometheus/);
  });

  it.each([
    ["an unknown event", ["--fail-on", "exploded"], /want never, or some of opened,closed/],
    ["standard input twice", ["-f", "-", "--against", "-"], /one side only/],
    ["nothing to compare", [], /nothing to compare with the live cluster/],
  ])("refuses %s with 2", (_what, args, message) => {
    const { status, stdout, stderr } = selvedge(["diff", ...args]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("lays new manifests over the live cluster, and leaves what they don't name as it is", async () => {
    const { kubeconfig } = await liveCluster(
      ["namespaces", "workloads", "policies"]
        .map((name) => readFileSync(join(root, shop, `${name}.yaml`), "utf8"))
        .join("---\n"),
    );
    const where = ["--kubeconfig", kubeconfig];
    const policies = join(wider(), "policies.yaml");
    const changed = await selvedgeBeside(["diff", "-f", policies, ...where]);
    expect(changed.stdout).toContain("10.0.0.0/8 (but 10.1.0.0/16) -> shop/api: opened for everything");
    expect(changed).toMatchObject({ status: 1 });
    expect(changed.stdout).not.toContain("is gone");
    const same = await selvedgeBeside(["diff", "-f", join(shop, "policies.yaml"), ...where]);
    expect(same).toMatchObject({ status: 0, stdout: "no differences\n" });
    const without = await selvedgeBeside(["diff", "--delete", "netpol/shop/metrics", ...where]);
    expect(without.stdout).toMatch(/^NetworkPolicy shop\/metrics removed\n {2}- monitoring\/prometheus/);
  });
});
