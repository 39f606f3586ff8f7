import { iptablesLayout } from "../../src/render/iptables.ts";
import type { Layout } from "../../src/render/layout.ts";
import { nftablesLayout } from "../../src/render/nftables/nftables.ts";
import type { Ruleset } from "../../src/render/ruleset.ts";
import { type Judge, fateOf } from "./netfilter/fate.ts";
import { nftWith } from "./nftables/nft-with.ts";
import { kernelWith } from "./packet-interpreter.ts";

/** A way to lay a program out, and a node that is not there to try it on. */
export interface TestBackend {
  readonly name: "iptables" | "nftables";
  readonly layout: Layout;
  /** What becomes of packets on a node that holds this ruleset and nothing else. */
  readonly judgeWith: (ruleset: Ruleset) => Judge;
}

export const iptables: TestBackend = {
  name: "iptables",
  layout: iptablesLayout,
  judgeWith: (ruleset) => {
    const kernel = kernelWith(ruleset);
    return (hook, packet) => fateOf(kernel, hook, packet);
  },
};

export const nftables: TestBackend = {
  name: "nftables",
  layout: nftablesLayout,
  judgeWith: (ruleset) => {
    const nft = nftWith(ruleset);
    return (hook, packet) => nft.fateOf(hook, packet);
  },
};

/** What is shown of one is shown of all. */
export const backends: readonly TestBackend[] = [iptables, nftables];
