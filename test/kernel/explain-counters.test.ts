import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile } from "../../src/core/compile.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { nodeProgram } from "../../src/core/node-program.ts";
import { plainHost } from "../../src/render/host.ts";
import { renderNftables } from "../../src/render/nftables/nftables.ts";
import { cluster, policy } from "../support/scenario.ts";
import { manifests } from "../support/manifests.ts";
import { rulesetOf } from "../support/transition.ts";
import { enforce, enforceNftables } from "./enforced.ts";
import { type OwnNetns, ownNetns } from "./own-netns.ts";
import { describeKernel } from "./support.ts";

const told = cluster([
  policy({
    podSelector: { matchLabels: { app: "web" } },
    ingress: [{ from: [{ podSelector: { matchLabels: { app: "client" } } }], ports: [{ port: 8080 }] }],
  }),
]);

describeKernel("selvedge explain --counters", () => {
  let netns: OwnNetns;
  const folder = mkdtempSync(join(tmpdir(), "selvedge-explain-"));
  const file = join(folder, "cluster.yaml");
  beforeAll(async () => {
    netns = await ownNetns();
    writeFileSync(file, manifests(told));
  });
  afterAll(async () => {
    await netns.remove();
    rmSync(folder, { recursive: true });
  });

  describe.each(["nft", "legacy"] as const)("iptables-%s", (variant) => {
    const explain = (from: string): ReturnType<OwnNetns["selvedge"]> =>
      netns.selvedge("explain", "-f", file, from, "shop/web:8080", "--counters", "--backend", variant);

    test("shows what the kernel has counted beside the rule that decides, and says where it is another node's", async () => {
      expect(explain("shop/client").stderr).toMatch(/this node's kernel has none of these rules/);
      await enforce(netns, variant, rulesetOf(told, "n1"));
      const [save, restore] = [`iptables-${variant}-save`, `iptables-${variant}-restore`];
      await netns.sh(`${save} -c -t mangle | sed 's/^\\[0:0\\]/[7:420]/' | ${restore} -c`);
      const allowed = explain("shop/client");
      expect({ status: allowed.status, stderr: allowed.stderr }).toEqual({ status: 0, stderr: "" });
      expect(allowed.stdout).toMatch(/in the kernel of node n1: ingress, IPv4, table mangle\n/);
      expect(allowed.stdout).toMatch(/ \[7:420\][^[]*"shop\/policy ingress\[0\] #\w+"[^[]* -j RETURN\n/);
      const denied = explain("bank/teller");
      expect(denied.status).toBe(1);
      expect(denied.stdout).toMatch(/ \[7:420\][^[]*"ingress isolated by shop\/policy #\w+"[^[]*-j\s+DROP\n/);
    });

    test("shows what refuses where this node's enforcer does so", async () => {
      await enforce(netns, variant, rulesetOf(told, "n1", undefined, { ...plainHost, denial: "reject" }));
      expect(explain("bank/teller").stdout).toMatch(
        / \[0:0\][^[]*"ingress isolated by shop\/policy #\w+"[^[]*-g\s+SV-REFUSE\n/,
      );
    });
  });

  describe("nftables", () => {
    const explain = (from: string): ReturnType<OwnNetns["selvedge"]> =>
      netns.selvedge("explain", "-f", file, from, "shop/web:8080", "--counters");
    const program = nodeProgram(compile(told), "n1", livePods(told.pods));

    test("is found by itself, and shown in its own words", async () => {
      await enforceNftables(netns, renderNftables(program));
      await netns.sh(
        "{ echo 'delete table ip selvedge'; nft list table ip selvedge | sed 's/packets 0 bytes 0/packets 7 bytes 420/'; } | nft -f -",
      );
      const allowed = explain("shop/client");
      expect({ status: allowed.status, stderr: allowed.stderr }).toEqual({ status: 0, stderr: "" });
      expect(allowed.stdout).toMatch(
        /in the kernel of node n1: ingress, IPv4, table selvedge\n {2}FORWARD\n/,
      );
      expect(allowed.stdout).toMatch(
        / \[7:420\][^[]*counter\s+return\s+comment\s+"shop\/policy ingress\[0\]\s+#\w+"\n/,
      );
      const denied = explain("bank/teller");
      expect(denied.status).toBe(1);
      expect(denied.stdout).toMatch(
        / \[7:420\] counter drop comment "ingress isolated by shop\/policy #\w+"\n/,
      );
    });

    test("shows what refuses where this node's enforcer does so", async () => {
      await enforceNftables(netns, renderNftables(program, { ...plainHost, denial: "reject" }));
      expect(explain("bank/teller").stdout).toMatch(
        / \[0:0\] counter goto SV-REFUSE comment "ingress isolated/,
      );
    });
  });
});
