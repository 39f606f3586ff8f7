import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cleanupText } from "../../../src/cli/cleanup-text.ts";
import { cleanup } from "../../../src/kernel/cleanup/cleanup.ts";
import type { CleanupReport } from "../../../src/kernel/cleanup/report.ts";
import type { Variant } from "../../../src/kernel/variant.ts";
import { enforce, everyKind, everyKindRefused } from "../enforced.ts";
import { type OwnNetns, ownNetns } from "../own-netns.ts";
import { describeKernel } from "../support.ts";
import { everything, moveIn } from "./neighbours.ts";

const NOTHING: CleanupReport = { removed: [], left: [] };

const asJson = (stdout: string): CleanupReport => JSON.parse(stdout) as CleanupReport;

describeKernel("selvedge cleanup", () => {
  let netns: OwnNetns;
  beforeEach(async () => {
    netns = await ownNetns();
  });
  afterEach(() => netns.remove());

  describe.each(["nft", "legacy"] satisfies Variant[])("with iptables-%s", (variant) => {
    it("removes exactly ours: what others have is the same to the byte", async () => {
      await moveIn(netns, variant);
      await netns.sh("ping -c 2 -i 0.2 -q 127.0.0.1");
      const before = await everything(netns);
      await enforce(netns, variant);
      expect(await everything(netns)).not.toBe(before);
      expect(before).toMatch(/^\[[1-9]\d*:\d+\] -A OUTPUT/m);

      const { removed, left } = await cleanup(netns.exec);
      expect(left).toEqual([]);
      expect(await everything(netns)).toBe(before);
      const chains = everyKind.IPv4.chains.size + everyKind.IPv6.chains.size;
      const sets = everyKind.IPv4.sets.size + everyKind.IPv6.sets.size;
      expect(removed.map(({ kind }) => kind).toSorted()).toEqual([
        ...Array<string>(chains).fill("chain"),
        ...Array<string>(4).fill("hook"),
        ...Array<string>(sets).fill("set"),
      ]);

      expect(await cleanup(netns.exec)).toEqual(NOTHING);
      expect(await everything(netns)).toBe(before);
    });

    it("removes what refuses from filter, too, and nothing else", async () => {
      await moveIn(netns, variant);
      const before = await everything(netns);
      await enforce(netns, variant, everyKindRefused);
      expect(await netns.sh(`iptables-${variant} -S`)).toMatch(/-A FORWARD .*-j SELVEDGE-REFUSE/);
      const report = await cleanup(netns.exec);
      expect(await everything(netns)).toBe(before);
      expect(cleanupText(report, "removed")).toMatch(
        /IPv4: 3 hooks \(FORWARD, OUTPUT, POSTROUTING\).*\n.*IPv4, filter: 2 hooks \(FORWARD, OUTPUT\), 1 chain with 4 rules/,
      );
      expect(await cleanup(netns.exec)).toEqual(NOTHING);
      expect(await everything(netns)).toBe(before);
    });

    it("leaves rules of others that lead to ours, says so, and lets everything pass there", async () => {
      await enforce(netns, variant);
      const theirs = [
        "-A INPUT -p tcp -m tcp --dport 9 -j SV-INGRESS",
        "-A FORWARD -p udp -m udp --dport 9 -g SELVEDGE-FORWARD",
      ];
      for (const rule of theirs) await netns.sh(`iptables-${variant} -t mangle ${rule}`);
      const set = [...everyKind.IPv4.sets.keys()].find((name) => name.startsWith("SV4-G-"));
      await netns.sh(`iptables-${variant} -A INPUT -m set --match-set ${set} src -j ACCEPT`);

      const { status, stdout } = netns.selvedge("cleanup", "-o", "json");
      expect(status).toBe(1);
      expect(asJson(stdout).left).toEqual([
        expect.objectContaining({
          what: `iptables-${variant}, IPv4: chain SELVEDGE-FORWARD`,
          heldBy: [theirs[1]],
        }),
        expect.objectContaining({ what: `iptables-${variant}, IPv4: chain SV-INGRESS`, heldBy: [theirs[0]] }),
        expect.objectContaining({
          what: `set ${set}`,
          heldBy: [`-t filter -A INPUT -m set --match-set ${set} src -j ACCEPT`],
        }),
      ]);
      const rules = (await netns.sh(`iptables-${variant}-save`))
        .split("\n")
        .filter((line) => line.startsWith("-A"));
      expect(rules.toSorted()).toEqual(
        [...theirs, `-A INPUT -m set --match-set ${set} src -j ACCEPT`].toSorted(),
      );
      expect((await netns.sh("ipset list -name")).trim()).toBe(set);

      // Once theirs are gone, so is the rest of ours.
      await netns.sh(
        `iptables-${variant} -t mangle -F INPUT; iptables-${variant} -t mangle -F FORWARD; iptables-${variant} -F INPUT`,
      );
      expect((await cleanup(netns.exec)).left).toEqual([]);
      expect(await netns.sh(`iptables-${variant}-save; ipset list -name`)).not.toMatch(/SV|SELVEDGE/);
    });

    it("names a rule that others had put into a chain of ours", async () => {
      await enforce(netns, variant);
      await netns.sh(`ip6tables-${variant} -t mangle -I SV-EGRESS 1 -p tcp -j RETURN`);
      const { removed } = await cleanup(netns.exec);
      expect(removed).toContainEqual(
        expect.objectContaining({ family: "IPv6", name: "SV-EGRESS", foreignRules: ["-p tcp -j RETURN"] }),
      );
    });

    it("names a rule that others had put into a chain that has to stay", async () => {
      await enforce(netns, variant);
      const theirs = "-p tcp -m tcp --dport 7 -j RETURN";
      await netns.sh(`iptables-${variant} -t mangle -I SV-INGRESS 1 ${theirs}`);
      await netns.sh(`iptables-${variant} -t mangle -A INPUT -j SV-INGRESS`);
      const planned = netns.selvedge("cleanup", "--dry-run");
      const done = netns.selvedge("cleanup");
      expect(done.stdout).toMatch(
        new RegExp(
          `^removed iptables-${variant}, IPv4: .*, 1 rule of others\n {2}put into a chain that stays: -A SV-INGRESS ${theirs}\n`,
        ),
      );
      expect(done.stdout).toContain(`left iptables-${variant}, IPv4: chain SV-INGRESS: empty`);
      expect(planned.stdout.replaceAll("would remove", "removed")).toBe(done.stdout);
      const again = netns.selvedge("cleanup");
      expect(again.stdout).not.toContain("removed");
      await netns.sh(`iptables-${variant} -t mangle -A SV-INGRESS ${theirs}`);
      expect(netns.selvedge("cleanup").stdout).toMatch(
        new RegExp(
          `^removed iptables-${variant}, IPv4: 1 rule of others\n {2}put into a chain that stays: -A SV-INGRESS`,
        ),
      );
    });
  });

  it("clears both iptables where both hold something of ours", async () => {
    const before = await everything(netns);
    await enforce(netns, "legacy");
    await enforce(netns, "nft");
    const { status, stdout } = netns.selvedge("cleanup");
    expect(stdout).toMatch(
      /removed iptables-nft, IPv4: 2 hooks \(FORWARD, OUTPUT\), \d+ chains with \d+ rules/,
    );
    expect(stdout).toMatch(/removed iptables-legacy, IPv6: 2 hooks/);
    expect(status).toBe(0);
    expect(await everything(netns)).not.toMatch(/SV|SELVEDGE/);
    expect(before).toBe("");
  });

  it("makes no legacy table by looking, and says that there is nothing", async () => {
    const { status, stdout } = netns.selvedge("cleanup");
    expect({ status, stdout }).toEqual({ status: 0, stdout: "nothing of Selvedge's is here\n" });
    expect(await netns.sh("cat /proc/net/ip_tables_names /proc/net/ip6_tables_names")).toBe("");
    expect(await everything(netns)).toBe("");
  });

  it("shows in a dry run what it then removes, and writes nothing", async () => {
    await enforce(netns, "nft");
    const before = await everything(netns);
    const planned = netns.selvedge("cleanup", "--dry-run", "-o", "json");
    expect(planned.status).toBe(0);
    expect(await everything(netns)).toBe(before);
    expect(netns.selvedge("cleanup", "--dry-run").stdout).toMatch(
      /^would remove iptables-nft, IPv4: 2 hooks/,
    );
    const done = netns.selvedge("cleanup", "-o", "json");
    expect(asJson(planned.stdout).removed).toEqual(asJson(done.stdout).removed);
  });

  it("reports a set that a set of others holds, and forces nothing", async () => {
    await netns.sh(
      "ipset create SV4-G-held hash:ip; ipset create theirs list:set; ipset add theirs SV4-G-held",
    );
    const { status, stdout } = netns.selvedge("cleanup");
    expect(status).toBe(1);
    expect(stdout).toMatch(/^left set SV4-G-held: .*in use/);
    expect(await netns.sh("ipset save theirs")).toContain("add theirs SV4-G-held");
  });
});
