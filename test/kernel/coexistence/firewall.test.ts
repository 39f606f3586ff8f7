/*
 * Beside a firewall that closes what is forwarded unless it knows it. What is open with both is what is open with the
 * firewall alone, less what policies deny: nothing of the firewall's is opened, and nothing more is closed.
 */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile } from "../../../src/core/compile.ts";
import { execOrThrow } from "../../../src/kernel/exec.ts";
import { clusterFromManifests } from "../../../src/kube/cluster-from-manifests.ts";
import { readManifests } from "../../../src/kube/files/read-manifests.ts";
import type { Backend, EnforcerBackend } from "../../../src/lab/backend.ts";
import { clusterNow } from "../../../src/lab/cluster/cluster-now.ts";
import type { PodNetwork } from "../../../src/lab/context.ts";
import { type Experiment, experiment } from "../../../src/lab/experiment.ts";
import { type Lab, createLab } from "../../../src/lab/lab.ts";
import { isAllowed } from "../../../src/lab/matrix/cell.ts";
import { type Measured, isOpen } from "../../../src/lab/matrix/measure.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { must } from "../../support/must.ts";
import { describeKernel } from "../support.ts";
import { silent } from "./silent.ts";

const MARKET = fileURLToPath(new URL("../../../fixtures/market", import.meta.url));

/** Policy DROP, without flannel's accepting everything of its pods; some ports are known, and customers on one node. */
const IN_IPTABLES = `
for t in iptables ip6tables; do
  $t -w -P FORWARD DROP
  $t -w -D FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
  $t -w -N SOMEBODY
  $t -w -I FORWARD 1 -j SOMEBODY
  $t -w -A SOMEBODY -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
  $t -w -A SOMEBODY -p tcp -m multiport --dports 7000,8080 -j ACCEPT
  $t -w -A SOMEBODY -p udp --dport 5000 -j ACCEPT
done
iptables -w -A SOMEBODY -s 10.244.2.0/24 -j ACCEPT
ip6tables -w -A SOMEBODY -s fd00:10:244:2::/64 -j ACCEPT
`;

/** The same by somebody who writes nftables, as firewalld does, beside flannel's rules, which cannot open it. */
const IN_NFTABLES = `
nft -f - <<'RULES'
table inet somebody {
  chain forward {
    type filter hook forward priority filter + 10; policy drop;
    ct state established,related accept
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
    tcp dport { 7000, 8080 } accept
    udp dport 5000 accept
    ip saddr 10.244.2.0/24 accept
    ip6 saddr fd00:10:244:2::/64 accept
  }
}
RULES
`;

/** Everything but ours and what counts. */
const THEIRS =
  "iptables-save -t filter; iptables-save -t nat; ip6tables-save -t filter; ip6tables-save -t nat; nft list table inet somebody 2>/dev/null || true";

const CASES: readonly {
  /** Of the lab. */
  readonly name: string;
  readonly where: string;
  readonly script: string;
  readonly network: PodNetwork;
  /** Which iptables the other programs of the node use. */
  readonly beside: Backend;
  readonly ours: EnforcerBackend;
}[] = [
  {
    name: "fwipt",
    where: "in iptables",
    script: IN_IPTABLES,
    network: "bridge",
    beside: "legacy",
    ours: "legacy",
  },
  { name: "fwnft", where: "in nftables", script: IN_NFTABLES, network: "ptp", beside: "nft", ours: "nft" },
  {
    name: "fwold",
    where: "in iptables",
    script: IN_IPTABLES,
    network: "ptp",
    beside: "legacy",
    ours: "nftables",
  },
  {
    name: "fwtab",
    where: "in nftables",
    script: IN_NFTABLES,
    network: "bridge",
    beside: "nft",
    ours: "nftables",
  },
];

describeKernel("beside a firewall whose policy is DROP", () => {
  describe.each(CASES)("$where, ours in $ours", ({ name, script, network, beside, ours }) => {
    let lab: Lab;
    let result: Experiment;
    let rules: { readonly before: readonly string[]; readonly after: readonly string[] };
    const onNodes = (line: string): Promise<string[]> =>
      Promise.all(lab.nodes.map(({ exec }) => execOrThrow(exec, { command: "sh", args: ["-ec", line] })));
    const theirs = async (): Promise<string[]> =>
      (await onNodes(THEIRS)).map((text) =>
        text
          .split("\n")
          .filter((line) => !line.startsWith("#") && !/KUBE-|CNI-|^:(?:PRE|POST|IN|OUT|FOR)/.test(line))
          .join("\n"),
      );

    beforeAll(async () => {
      lab = await createLab({ name, network, backend: beside });
      await onNodes(script);
      const before = await theirs();
      const cluster = clusterFromManifests(await readManifests([MARKET]));
      result = await experiment(lab, cluster, { backend: ours, maxReplicas: 2 }, silent);
      rules = { before, after: await theirs() };
    });
    afterAll(() => teardown(name));

    /** Cells that lead to one place: of those that lead to several, chance decides which. */
    const single = (measured: readonly Measured[]): Measured[] =>
      measured.filter(({ cell }) => cell.to.leads.length === 1);

    it("lets through what both allow, and nothing else", async () => {
      const program = compile(await clusterNow(result.cluster.control.client));
      const before = single(result.before);
      const after = single(result.after);
      expect(after).toHaveLength(before.length);
      const wrong = after.flatMap((measured, i) => {
        const alone = must(before[i]);
        const { cell } = measured;
        const expected = isOpen(alone) && isAllowed(program, cell, must(cell.to.leads[0]));
        return expected === isOpen(measured)
          ? []
          : [`${cell.from.name} -> ${cell.to.name} ${cell.to.via} ${cell.to.port}: want ${expected}`];
      });
      expect(wrong).toEqual([]);
    });

    it("in a mixture that would show either mistake", async () => {
      const program = compile(await clusterNow(result.cluster.control.client));
      const kinds = single(result.after).map(({ cell }, i) => {
        const theirLeave = isOpen(must(single(result.before)[i])) ? "theirs" : "";
        return `${theirLeave} ${isAllowed(program, cell, must(cell.to.leads[0])) ? "ours" : ""}`;
      });
      const count = (kind: string): number => kinds.filter((each) => each === kind).length;
      for (const kind of ["theirs ours", "theirs ", " ours", " "])
        expect(count(kind), kind).toBeGreaterThan(10);
    });

    it("and touches none of its rules", () => {
      expect(rules.after).toEqual(rules.before);
      expect(rules.before.join("\n")).toMatch(/SOMEBODY|somebody/);
    });
  });
});
