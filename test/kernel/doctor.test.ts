/* Breaks a node in one way after the other, sees the doctor find it, does what the mend says, and sees it gone. */
import type { ChildProcess } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Variant } from "../../src/kernel/variant.ts";
import { must } from "../support/must.ts";
import { everything } from "./cleanup/neighbours.ts";
import { diagnosis, end, healthyNode, startAnswering } from "./doctor/patient.ts";
import { enforce, everyKind } from "./enforced.ts";
import type { OwnNetns } from "./own-netns.ts";
import { describeKernel } from "./support.ts";

/** The commands that a mend names. */
const commandsIn = (mend: string): string[] =>
  [...mend.matchAll(/`((?:sysctl|modprobe) [^`]*)`/g)].map(([, command = ""]) => command);

const anySet = (prefix: string): string =>
  must([...everyKind.IPv4.sets.keys()].find((name) => name.startsWith(prefix)));

describeKernel("selvedge doctor", () => {
  describe.each(["nft", "legacy"] satisfies Variant[])("where iptables-%s is used", (variant) => {
    let netns: OwnNetns;
    let ready: ChildProcess;
    beforeAll(async () => {
      netns = await healthyNode(variant);
      ready = await startAnswering(netns);
    });
    afterAll(async () => {
      await end(ready);
      await netns.remove();
    });

    it("finds nothing wrong with a node in good health, and leaves it as it was", async () => {
      // Asking the enforcer counts as packets of this machine.
      const uncounted = async (): Promise<string> => (await everything(netns)).replaceAll(/\[\d+:\d+\]/g, "");
      const before = await uncounted();
      expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
      expect(await uncounted()).toBe(before);
    });

    const enforcerPass = (): Promise<void> => enforce(netns, variant);
    const iptables = `iptables-${variant} -t mangle`;

    it.each<{
      name: string;
      breakage: string;
      check: string;
      message: RegExp;
      undo?: string;
      status?: number;
    }>([
      {
        name: "the hook removed",
        breakage: `${iptables} -D FORWARD 1`,
        check: "hook",
        message: /no rule in mangle FORWARD leads to Selvedge/,
      },
      {
        name: "the hook behind a rule that accepts",
        breakage: `${iptables} -I FORWARD 1 -s 10.0.0.0/8 -j ACCEPT`,
        undo: `${iptables} -D FORWARD -s 10.0.0.0/8 -j ACCEPT`,
        check: "hook",
        message: /takes packets past it: -A FORWARD -s 10\.0\.0\.0\/8 -j ACCEPT/,
      },
      {
        name: "the hook not the first",
        breakage: `${iptables} -I FORWARD 1 -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu`,
        undo: `${iptables} -D FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu`,
        check: "hook",
        message: /number 2, not the first/,
        status: 0,
      },
      {
        name: "a chain of ours opened",
        breakage: `${iptables} -I SV-INGRESS 1 -j RETURN`,
        check: "chains",
        message: /-A SV-INGRESS -j RETURN/,
      },
      {
        name: "the isolated pods taken out of their set",
        breakage: `ipset flush ${anySet("SV4-ingress-")}`,
        check: "sets",
        message: /does not hold what Selvedge put into it/,
      },
      {
        name: "a set of ours that nobody uses",
        breakage: "ipset create SV4-G-leftover hash:ip",
        check: "sets",
        message: /no rule names 1 of/,
        status: 0,
      },
    ])(
      "finds $name, and one pass of the enforcer mends it",
      async ({ breakage, check, message, undo, status }) => {
        await netns.sh(breakage);
        const { status: code, found } = await diagnosis(netns);
        expect(found).toEqual([expect.objectContaining({ check, message: expect.stringMatching(message) })]);
        expect(must(found[0]).mend).toMatch(/^The enforcer /);
        expect(code).toBe(status ?? 1);
        await enforcerPass();
        expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
        if (undo !== undefined) await netns.sh(undo);
      },
    );

    it.each([
      ["bridge", "net.bridge.bridge-nf-call-iptables"],
      ["bridge", "net.bridge.bridge-nf-call-ip6tables"],
      ["forwarding", "net.ipv4.ip_forward"],
    ])("finds in %s that %s is off, and names the command that mends it", async (check, name) => {
      await netns.sh(`sysctl -qw ${name}=0`);
      const { status, found } = await diagnosis(netns);
      expect({ status, checks: found.map((finding) => finding.check) }).toEqual({
        status: 1,
        checks: [check],
      });
      for (const command of commandsIn(must(found[0]).mend)) await netns.sh(command);
      expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
    });

    it("minds no switch that the bridge has for itself", async () => {
      await netns.sh("sysctl -qw net.bridge.bridge-nf-call-iptables=0");
      await netns.sh("ip link set cni0 type bridge nf_call_iptables 1");
      expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
      await netns.sh("sysctl -qw net.bridge.bridge-nf-call-iptables=1");
    });

    it("finds a second enforcer by its chains, until they are gone", async () => {
      await netns.sh(
        `iptables-${variant} -N KUBE-ROUTER-FORWARD; iptables-${variant} -I FORWARD -j KUBE-ROUTER-FORWARD`,
      );
      const { status, found } = await diagnosis(netns);
      expect(status).toBe(1);
      expect(found).toEqual([
        expect.objectContaining({
          check: "second enforcer",
          mend: expect.stringContaining("--disable-network-policy"),
        }),
      ]);
      await netns.sh(`iptables-${variant} -F FORWARD; iptables-${variant} -X KUBE-ROUTER-FORWARD`);
      expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
    });

    it("finds rules of ours in the other iptables, and cleanup mends it", async () => {
      await enforce(netns, variant === "nft" ? "legacy" : "nft");
      const { status, found } = await diagnosis(netns);
      expect(status).toBe(1);
      expect(found).toEqual([
        expect.objectContaining({ check: "variant", mend: expect.stringContaining("selvedge cleanup") }),
      ]);
      expect(netns.selvedge("cleanup").status).toBe(0);
      expect((await diagnosis(netns)).found).toEqual([
        expect.objectContaining({
          check: "hook",
          message: expect.stringMatching(/^nothing of Selvedge's stands/),
        }),
      ]);
      await enforcerPass();
      expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
    });

    it("finds that no enforcer answers; cleanup, that one still does", async () => {
      expect(netns.selvedge("cleanup", "--dry-run").stderr).toContain("an enforcer runs on this node");
      await end(ready);
      const { status, found } = await diagnosis(netns);
      expect({ status, found }).toEqual({
        status: 1,
        found: [
          expect.objectContaining({ check: "enforcer", message: expect.stringContaining("ECONNREFUSED") }),
        ],
      });
      expect(netns.selvedge("cleanup", "--dry-run").stderr).toBe("");
      ready = await startAnswering(netns);
      expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
    });
  });
});
