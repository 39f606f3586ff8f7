/* Breaks Selvedge's own rules in ways that test/kernel/doctor.test.ts does not. */
import type { ChildProcess } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { enforce } from "../enforced.ts";
import type { OwnNetns } from "../own-netns.ts";
import { describeKernel } from "../support.ts";
import { type Found, diagnosis, end, expectFound, healthyNode, startAnswering } from "./patient.ts";

describeKernel("selvedge doctor, of the rules,", () => {
  let netns: OwnNetns;
  let ready: ChildProcess;
  beforeAll(async () => {
    netns = await healthyNode("nft");
    ready = await startAnswering(netns);
  });
  afterAll(async () => {
    await end(ready);
    await netns.remove();
  });

  it.each([
    [
      "the hook in OUTPUT removed",
      "iptables-nft -t mangle -D OUTPUT 1",
      ["hook", "fail", /no rule in mangle OUTPUT leads to Selvedge/],
    ],
    [
      "a rule before the hook that jumps where packets are accepted",
      "iptables-nft -t mangle -N OTHERS; iptables-nft -t mangle -A OTHERS -p udp -j ACCEPT; iptables-nft -t mangle -I FORWARD 1 -j OTHERS",
      ["hook", "fail", /takes packets past it: -A FORWARD -j OTHERS/],
    ],
    [
      "a chain that judges and does not end in DROP",
      "iptables-nft -t mangle -D SV-INGRESS $(iptables-nft -t mangle -S SV-INGRESS | grep -c '^-A')",
      ["chains", "fail", /SV-INGRESS does not end in DROP/],
    ],
    [
      "a direction that nothing leads to",
      "iptables-nft -t mangle -S SELVEDGE-FORWARD | grep -e '-j SV-EGRESS' | sed 's/^-A/-D/' | xargs iptables-nft -t mangle",
      ["chains", "fail", /SELVEDGE-FORWARD does not lead to SV-EGRESS/],
    ],
  ] satisfies readonly (readonly [string, string, Found])[])(
    "finds %s, and a pass of the enforcer mends it",
    async (_, breakage, finds) => {
      await netns.sh(breakage);
      const diagnosed = await diagnosis(netns);
      await enforce(netns, "nft");
      expectFound(diagnosed, [finds]);
      expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
      await netns.sh(
        "iptables-nft -t mangle -D FORWARD -j OTHERS 2>/dev/null && { iptables-nft -t mangle -F OTHERS; iptables-nft -t mangle -X OTHERS; } || true",
      );
    },
  );

  it("finds a set of others in a chain of ours", async () => {
    await netns.sh(
      "ipset create others hash:ip; iptables-nft -t mangle -I SV-INGRESS 1 -m set --match-set others src -j RETURN",
    );
    const diagnosed = await diagnosis(netns);
    await enforce(netns, "nft");
    await netns.sh("ipset destroy others");
    expectFound(diagnosed, [
      ["chains", "fail", /a rule that is not Selvedge's/],
      ["sets", "fail", /names a set of others: others/],
    ]);
    expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
  });

  it("finds that nothing of Selvedge's stands", async () => {
    expect(netns.selvedge("cleanup").status).toBe(0);
    const diagnosed = await diagnosis(netns);
    await enforce(netns, "nft");
    expectFound(diagnosed, [["hook", "fail", /^nothing of Selvedge's stands/]]);
  });
});
