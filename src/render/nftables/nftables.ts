import type { Family } from "../../core/address.ts";
import type { NodeProgram } from "../../core/node-program.ts";
import type { Direction } from "../../core/policy.ts";
import type { StartGate } from "../../core/start-gate.ts";
import { type Host, plainHost } from "../host.ts";
import type { Chains, Layout } from "../layout.ts";
import type { Leaves } from "../leaves.ts";
import { MID_STREAM_CHAIN } from "../names.ts";
import { render } from "../render.ts";
import { nftRuleText } from "../rule-text.ts";
import type { Ruleset } from "../ruleset.ts";
import type { SetTable } from "../set-table.ts";
import { baseChains } from "./base-chains.ts";
import { dispatchChains, entryRule, isolatedSets } from "./dispatch.ts";
import { gateOf } from "./gate.ts";
import { linkLocalRules } from "./link-local.ts";
import { refuseChain } from "./refuse-chain.ts";
import { classChains } from "./class-chains.ts";
import { allowRules, selfRule } from "./verdicts.ts";
import { header } from "./words.ts";

/** kube-proxy in IPVS mode sends pods' packets through OUTPUT; packets of the node itself are its own business. */
const OWN = nftRuleText("fib saddr type local accept", "of the node itself");

/** RFC 4861: without these no IPv6 neighbour is ever found, so policies never see them. */
const NEIGHBOURS = nftRuleText("icmpv6 type 133-137 accept", "neighbour discovery");

const MID_STREAM = nftRuleText(
  `tcp flags != syn / fin,syn,rst,ack jump ${MID_STREAM_CHAIN}`,
  "not a first packet",
);

/** What nobody remembers and starts in mid-stream must come from the client (`mid-stream.ts`). */
function midStreamChain(family: Family, isolated: Readonly<Record<Direction, string>>): Chains {
  const forgotten = (side: "saddr" | "daddr", set: string): string =>
    nftRuleText(`${header[family]} ${side} @${set} counter drop`, "reply of a flow that was cut");
  return new Map([
    [
      MID_STREAM_CHAIN,
      [selfRule(family), forgotten("saddr", isolated.ingress), forgotten("daddr", isolated.egress)],
    ],
  ]);
}

function ownChains(
  family: Family,
  leaves: Leaves,
  startGate: StartGate | undefined,
  host: Host,
  sets: SetTable,
): Chains {
  const gate = gateOf(startGate, family, sets);
  const isolated = isolatedSets(family, leaves, sets);
  const neighbours = family === "IPv6" ? [NEIGHBOURS] : [];
  const judging = [MID_STREAM, entryRule("egress"), entryRule("ingress")];
  return new Map([
    ...baseChains(
      [...neighbours, ...linkLocalRules(family, host), ...judging],
      [OWN, ...neighbours, ...judging],
    ),
    ...dispatchChains(family, leaves, gate, isolated, sets),
    ...gate.chains,
    ...midStreamChain(family, isolated),
    ...refuseChain(family, host),
  ]);
}

/** Chains, sets and maps of nftables, in tables of our own. */
export const nftablesLayout: Layout = {
  allowRules,
  classChains,
  ownChains,
  hung: (ruleset) => ({ ...ruleset, hooks: [] }),
};

/** Renders a node's program for nftables. */
export const renderNftables = (program: NodeProgram, host: Host = plainHost): Ruleset =>
  render(nftablesLayout, program, host);
