import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { execOrThrow } from "../../../src/kernel/exec.ts";
import { type Host, plainHost } from "../../../src/render/host.ts";
import { cluster, policy } from "../../support/scenario.ts";
import { rulesetOf } from "../../support/transition.ts";
import { compareWithKernel } from "../oracle/compare.ts";
import { NODE, Wire } from "../oracle/wire.ts";
import { describeKernel } from "../support.ts";

const rejecting: Host = { ...plainHost, denial: "reject" };

const isolated = cluster([
  policy({
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [{ podSelector: { matchLabels: { app: "client" } } }], ports: [{ port: 80 }] }],
    egress: [{ to: [{ podSelector: {} }], ports: [{ port: 80 }] }],
  }),
]);

/** An answer bears what it answers, and the wire's one exit would take it for that. */
const ANSWER = "-m conntrack --ctstate RELATED";

/** What others may do in filter before us; `$t` is the program. */
const neighbours = [
  { name: "nobody comes before us in filter", script: "true" },
  {
    name: "all is accepted before us",
    script: "$t -I FORWARD 1 -j ACCEPT; $t -I OUTPUT 1 -j ACCEPT",
  },
  {
    name: "marks are cleared and set, and all is accepted, as kube-router and Calico do it",
    script:
      "for c in FORWARD OUTPUT; do $t -I $c 1 -j ACCEPT; $t -I $c 1 -j MARK --set-xmark 0xffffffff; $t -I $c 1 -j CONNMARK --restore-mark; done",
  },
] as const;

describeKernel("what is refused", () => {
  describe.each(["nft", "legacy"] as const)("iptables-%s", (variant) => {
    let wire: Wire;
    beforeAll(async () => {
      wire = await Wire.open();
    });
    afterAll(() => wire.close());

    const sh = (script: string): Promise<string> =>
      execOrThrow(wire.exec, {
        command: "sh",
        args: ["-ec", `for t in "iptables-${variant} -w" "ip6tables-${variant} -w"; do ${script}; done`],
      });

    test.each(neighbours)("does not pass where $name", { timeout: 120_000 }, async ({ script }) => {
      await new NodeKernel(wire.exec, variant).bring(rulesetOf(isolated, NODE, undefined, rejecting));
      await sh(`$t -t mangle -A OUTPUT ${ANSWER} -j DROP; ${script}`);
      const { allowed, denied } = await compareWithKernel(wire, variant, {
        cluster: isolated,
        limit: Infinity,
        host: rejecting,
      });
      expect(allowed).toBeGreaterThan(0);
      expect(denied).toBeGreaterThan(0);
      await sh(`$t -t mangle -D OUTPUT ${ANSWER} -j DROP; $t -F FORWARD; $t -F OUTPUT`);
    });
  });
});
