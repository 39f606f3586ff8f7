/*
 * Changes that half met would let a packet by, each by something that is asked of a change before it is written (`in-flight`). They were
 * found by searches with one of these questions left out, which take a thousand cases and more.
 */
import { describe, expect, it } from "vitest";
import type { Pod } from "../../../src/core/cluster.ts";
import { parseCidr } from "../../../src/core/cidr.ts";
import type { Cluster } from "../../../src/core/compile.ts";
import type {
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from "../../../src/core/network-policy.ts";
import { nftablesLayout } from "../../../src/render/nftables/nftables.ts";
import { nodes } from "../../support/arbitrary/addresses.ts";
import type { Change } from "../../support/change-arbitrary.ts";
import { clusterOf, podAt } from "../../support/crowd-arbitrary.ts";
import { must } from "../../support/must.ts";
import { nftWith } from "../../support/nftables/nft-with.ts";
import { watched } from "../../support/nftables/watched.ts";
import { rulesetOf, samplePackets } from "../../support/transition.ts";

const NODE = "n1";
/** Behind a start gate. */
const SCOPE = { podCidrs: [must(parseCidr("10.0.0.0/24"))], own: [] };
const BOTH_WAYS = ["Ingress", "Egress"] as const;
const TWO_PORTS: readonly NetworkPolicyPort[] = [{ port: 80 }, { port: 443 }];

const pod = (i: number, app: string, address: string, node = NODE): Pod =>
  podAt({ address, node }, i, { app }, 80);

const app = (value: string): NetworkPolicyPeer => ({ podSelector: { matchLabels: { app: value } } });
const stage = (value: string): NetworkPolicyPeer => ({
  namespaceSelector: { matchLabels: { stage: value } },
});

const cluster = (stage: string, pods: readonly Pod[], specs: readonly NetworkPolicySpec[]): Cluster =>
  clusterOf({ namespace: { name: "a", labels: { stage } }, pods, specs });

const x = { matchLabels: { app: "x" } };
const y = { matchLabels: { app: "y" } };
const denied = (podSelector: object) => ({ podSelector, policyTypes: BOTH_WAYS });

const cases: Readonly<Record<string, () => Change>> = {
  "a class loses a rule as somebody comes to the group that it allowed": () => {
    const pods = [pod(1, "x", "10.0.0.2"), pod(2, "y", "10.0.0.3")];
    const toX = (podSelector: object) => ({ ...denied(podSelector), egress: [{ to: [app("x")] }] });
    return {
      before: cluster("x", pods, [denied(y), toX(y)]),
      after: cluster("x", [...pods, pod(5, "x", "10.0.1.6", "n2")], [denied(y), toX(x)]),
    };
  },
  "a pod leaves a class for another as somebody comes to the group that the first allows": () => {
    const fromStage = { ...denied(x), ingress: [{ from: [stage("x")] }] };
    const each = (...ports: readonly (readonly NetworkPolicyPort[])[]) => ({
      ...denied({}),
      ingress: ports.map((those) => ({ from: [stage("x")], ports: those })),
    });
    return {
      before: cluster("x", [pod(1, "x", "10.0.0.2")], [fromStage, each([{ port: "http" }], [{ port: 443 }])]),
      after: cluster(
        "x",
        [pod(1, "y", "10.0.0.2"), pod(5, "x", "10.0.1.6", "n2")],
        [fromStage, each(TWO_PORTS, TWO_PORTS)],
      ),
    };
  },
  "one end's class is led to other rules for a port as the other end's falls": () => {
    const pods = [pod(1, "x", "10.0.0.2"), pod(3, "y", "10.0.1.1")];
    const rule = (peer: NetworkPolicyPeer) => ({ from: [peer], ports: TWO_PORTS });
    const toY = {
      podSelector: y,
      policyTypes: ["Ingress"] as const,
      ingress: [rule(app("x")), rule(stage("x"))],
    };
    return {
      before: cluster("x", pods, [denied(x), toY]),
      after: cluster("x", pods, [{ ...denied({}), ingress: [rule(app("y")), rule(app("x"))] }, toY]),
    };
  },
  "a namespace leaves the group that one end allows for the one that the other end does": () => {
    const pods = [pod(2, "x", "10.0.0.3"), pod(3, "y", "10.0.1.1")];
    const policies = [
      { ...denied(y), egress: [{ to: [stage("x")] }] },
      { ...denied(x), ingress: [{ from: [stage("y")] }] },
    ];
    return { before: cluster("x", pods, policies), after: cluster("y", pods, policies) };
  },
};

describe("a packet under way meets no half of a change where", () => {
  it.each(Object.entries(cases))("%s", (_, makeChange) => {
    const change = makeChange();
    const [before, after] = [change.before, change.after].map((each) =>
      rulesetOf(each, NODE, SCOPE, undefined, nftablesLayout),
    );
    if (before === undefined || after === undefined) throw new Error("there are two");
    const packets = samplePackets(change, nodes);
    const standing = { kind: "left", ruleset: before, stayed: [] } as const;
    expect(watched(nftWith(before), standing, after, packets).verdicts).toBeGreaterThan(0);
  });
});
