import { type Address, type Family, parseAddress } from "../../../core/address.ts";
import { isInCidr, parseCidr } from "../../../core/cidr.ts";
import { type Pod, keyOf } from "../../../core/cluster.ts";
import { compile } from "../../../core/compile.ts";
import { nodeProgram } from "../../../core/node-program.ts";
import { type Direction, ruleIdText } from "../../../core/policy.ts";
import { type Host, plainHost } from "../../../render/host.ts";
import { renderIptables } from "../../../render/iptables.ts";
import { FORWARD_CHAIN, dispatchChain } from "../../../render/names.ts";
import { denialTarget } from "../../../render/refusal.ts";
import type { FamilyRuleset } from "../../../render/ruleset.ts";
import type { Party } from "../../party.ts";
import type { ExplainInput } from "../explain-input.ts";
import type { ConnectionExplanation, SideExplanation } from "../explanation.ts";
import type { KernelLine, KernelSet, KernelWalk } from "./kernel-walk.ts";
import { type PlacedPods, placedPods } from "./placed-pods.ts";

/** A node that nobody has named yet. */
const NOWHERE = "?";

type Line = Omit<KernelLine, "counted">;

/** The rules that lead an address of an isolated pod to the chain that judges it, and that chain's name. */
function wayIn(
  { chains }: FamilyRuleset,
  direction: Direction,
  address: Address,
): { readonly lines: Line[]; readonly last: string } {
  const entry = dispatchChain(direction);
  const lines = (chains.get(FORWARD_CHAIN) ?? [])
    .filter((rule) => rule.endsWith(`-j ${entry}`))
    .map((rule): Line => ({ chain: FORWARD_CHAIN, rule, does: "leads" }));
  let chain = entry;
  for (;;) {
    const hop = (chains.get(chain) ?? []).flatMap((rule) => {
      const [, block = "", target = ""] = /(?:^| )-[sd] (\S+) .*-g (\S+)$/.exec(rule) ?? [];
      const cidr = parseCidr(block);
      return cidr !== undefined && isInCidr(address, cidr) ? [{ rule, target }] : [];
    })[0];
    if (hop === undefined) return { lines, last: chain };
    lines.push({ chain, rule: hop.rule, does: "leads" });
    chain = hop.target;
  }
}

function judged({ chains }: FamilyRuleset, chain: string, side: SideExplanation): Line[] {
  const allowing = side.policies
    .flatMap(({ rules }) => rules)
    .filter(({ verdict }) => verdict !== "denied")
    .map(({ id }) => `--comment "${ruleIdText(id)} #`);
  return (chains.get(chain) ?? []).flatMap((rule): Line[] => {
    if (allowing.some((comment) => rule.includes(comment))) return [{ chain, rule, does: "allows" }];
    const isEnd = rule.endsWith(denialTarget.drop) || rule.endsWith(denialTarget.reject);
    return side.verdict !== "allowed" && isEnd ? [{ chain, rule, does: "drops" }] : [];
  });
}

/** Whether an entry is an address's: alone, with a port, or as part of a block. */
function isOf(entry: string, address: Address): boolean {
  const [text = ""] = entry.split(",");
  const cidr = parseCidr(text);
  if (cidr !== undefined) return isInCidr(address, cidr);
  const own = parseAddress(text);
  return own?.family === address.family && own.value === address.value;
}

function setsIn({ sets }: FamilyRuleset, lines: readonly Line[], addresses: readonly Address[]): KernelSet[] {
  const names = lines.flatMap(({ rule }) =>
    [...rule.matchAll(/--match-set (\S+)/g)].map(([, name = ""]) => name),
  );
  return [...new Set(names)].flatMap((name): KernelSet[] => {
    const set = sets.get(name);
    if (set === undefined) return [];
    const entries = [...set.entries].filter((entry) => addresses.some((address) => isOf(entry, address)));
    return [{ name, type: set.type, size: set.entries.size, entries }];
  });
}

function addressIn(end: Party["end"], family: Family, pods: readonly Pod[]): Address[] {
  if (end.kind === "address") return [end.address];
  if (end.kind === "pod" && end.address !== undefined) return [end.address];
  const addresses =
    end.kind === "node" ? end.addresses : pods.find((pod) => keyOf(pod) === keyOf(end.pod))?.addresses;
  return addresses === undefined || addresses === "unknown"
    ? []
    : addresses.filter((address) => address.family === family);
}

function walk(
  input: ExplainInput,
  { pods, standIns }: PlacedPods,
  { pair, family }: ConnectionExplanation,
  side: SideExplanation,
  host: Host,
): KernelWalk[] {
  const [subject, peer] = side.direction === "egress" ? [pair.from, pair.to] : [pair.to, pair.from];
  const [address] = addressIn(subject.end, family, pods);
  if (subject.end.kind !== "pod" || side.policies.length === 0 || address === undefined) return [];
  const key = keyOf(subject.end.pod);
  const { node } = subject.end.pod;
  const policies = [...input.policies.values()].map(({ policy }) => policy);
  const program = compile({ namespaces: [...input.namespaces.values()], pods, policies });
  const isStandIn = standIns.some(({ pod }) => pod === key);
  // The set of isolated pods is named by who is in it: of a pod that is nowhere yet, that can only be itself.
  const local = pods.flatMap((pod): Pod[] => {
    if (keyOf(pod) === key) return [{ ...pod, node: node ?? NOWHERE }];
    return isStandIn || node === undefined ? [] : [pod];
  });
  const ruleset = renderIptables(nodeProgram(program, node ?? NOWHERE, local), host)[family];
  const { lines, last } = wayIn(ruleset, side.direction, address);
  const end = judged(ruleset, last, side);
  const all = [...lines, ...end];
  return [
    {
      direction: side.direction,
      family,
      node,
      standIns: standIns.filter((each) => parseAddress(each.address)?.family === family),
      lines: all,
      passedOver:
        (ruleset.chains.get(last) ?? []).filter((rule) => rule.endsWith("-j RETURN")).length -
        end.filter(({ does }) => does === "allows").length,
      sets: setsIn(ruleset, all, [address, ...addressIn(peer.end, family, pods)]),
    },
  ];
}

/**
 * The rules and sets by which nodes carry out what is asked, from the very renderer of the enforcer: for each end that
 * policies isolate, the way from the first rule to the one that decides. An end whose address nobody knows yet gets one
 * of the documentation's. `host` is taken to be as most are: with xt_bpf, and dropping what is denied.
 */
export function kernelWalks(
  input: ExplainInput,
  connection: ConnectionExplanation,
  host: Host = plainHost,
): KernelWalk[] {
  if (connection.exempt === "yes" || connection.families.length === 0) return [];
  const placed = placedPods(input, connection.pair);
  return [connection.egress, connection.ingress].flatMap((side) =>
    walk(input, placed, connection, side, host),
  );
}
