import { type Address, type Family, parseAddress } from "../../../core/address.ts";
import { isInCidr, parseCidr } from "../../../core/cidr.ts";
import { type Pod, keyOf } from "../../../core/cluster.ts";
import { compile } from "../../../core/compile.ts";
import { nodeProgram } from "../../../core/node-program.ts";
import type { Flow } from "../../../core/traffic.ts";
import { type Host, plainHost } from "../../../render/host.ts";
import type { FamilyRuleset } from "../../../render/ruleset.ts";
import type { Party } from "../../party.ts";
import type { ExplainInput } from "../explain-input.ts";
import type { ConnectionExplanation, SideExplanation } from "../explanation.ts";
import type { KernelSet, KernelWalk } from "./kernel-walk.ts";
import { iptablesWords } from "./iptables-words.ts";
import { type PlacedPods, placedPods } from "./placed-pods.ts";
import type { Line, RuleWords } from "./rule-words.ts";

/** A node that nobody has named yet. */
const NOWHERE = "?";

/** What a kernel is taken to be, of which more than one could carry out the same program. */
export interface KernelView {
  readonly words: RuleWords;
  readonly host: Host;
}

/** As most are: with iptables that has xt_bpf, and dropping what is denied. */
export const plainKernel: KernelView = { words: iptablesWords, host: plainHost };

/** What decides, in these chains and in those that they lead on to, and how many other lines of theirs allow. */
function judged(
  { chains }: Pick<FamilyRuleset, "chains">,
  [chain, ...others]: readonly string[],
  side: SideExplanation,
  words: RuleWords,
): { readonly lines: readonly Line[]; readonly passedOver: number } {
  if (chain === undefined) return { lines: [], passedOver: 0 };
  const allowing = side.policies
    .flatMap(({ rules }) => rules)
    .filter(({ verdict }) => verdict !== "denied")
    .map(({ id }) => id);
  const rules = chains.get(chain) ?? [];
  const own = rules.flatMap((rule): Line[] => {
    if (allowing.some((id) => words.isOf(rule, id))) return [{ chain, rule, does: "allows" }];
    return side.verdict !== "allowed" && words.isDenying(rule) ? [{ chain, rule, does: "drops" }] : [];
  });
  const allows = own.filter(({ does }) => does === "allows").length;
  const passedOver = rules.filter((rule) => words.isAllowing(rule)).length - allows;
  const further = judged({ chains }, others, side, words);
  if (further.lines.length === 0) return { lines: own, passedOver };
  const leading = rules
    .filter((rule) => others.some((to) => words.isLeading(rule, to)))
    .map((rule): Line => ({ chain, rule, does: "leads" }));
  return { lines: [...own, ...leading, ...further.lines], passedOver: passedOver + further.passedOver };
}

/** Whether an entry leads packets of one port, and this is another. */
function isOfOtherPort(entry: string, flow: Flow): boolean {
  const [, protocol, port] = /^\S+ \. (\w+) \. (\d+) : /.exec(entry) ?? [];
  if (protocol === undefined || flow.protocol === "other") return false;
  return protocol !== flow.protocol.toLowerCase() || Number(port) !== flow.port;
}

/** Whether an entry is an address's: alone, with a port, with where it leads, or as part of a block. */
function isEntryOf(entry: string, address: Address): boolean {
  const [text = ""] = entry.split(/[, ]/);
  const cidr = parseCidr(text);
  if (cidr !== undefined) return isInCidr(address, cidr);
  const own = parseAddress(text);
  return own?.family === address.family && own.value === address.value;
}

function setsIn(
  { family, sets }: FamilyRuleset,
  names: readonly string[],
  addresses: readonly Address[],
  flow: Flow,
  { typeText, entryText }: RuleWords,
): KernelSet[] {
  return [...new Set(names)].flatMap((name): KernelSet[] => {
    const set = sets.get(name);
    if (set === undefined) return [];
    const entries = [...set.entries].filter(
      (entry) => !isOfOtherPort(entry, flow) && addresses.some((address) => isEntryOf(entry, address)),
    );
    const type = typeText(set.type, family);
    return [{ name, type, size: set.entries.size, entries: entries.map(entryText) }];
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
  { words, host }: KernelView,
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
  const ruleset = words.render(nodeProgram(program, node ?? NOWHERE, local), host)[family];
  const { lines, judging } = words.wayIn(ruleset, side.direction, address, pair.flow);
  const end = judged(ruleset, judging, side, words);
  const all = [...lines, ...end.lines];
  return [
    {
      direction: side.direction,
      family,
      table: words.table,
      node,
      standIns: standIns.filter((each) => parseAddress(each.address)?.family === family),
      lines: all,
      passedOver: end.passedOver,
      sets: setsIn(
        ruleset,
        all.flatMap(({ rule }) => words.setsIn(rule)),
        [address, ...addressIn(peer.end, family, pods)],
        pair.flow,
        words,
      ),
    },
  ];
}

/**
 * The rules and sets by which nodes carry out what is asked, from the very renderer of the enforcer: for each end that
 * policies isolate, the way from the first rule to the one that decides. An end whose address nobody knows yet gets one
 * of the documentation's.
 */
export function kernelWalks(
  input: ExplainInput,
  connection: ConnectionExplanation,
  view: KernelView = plainKernel,
): KernelWalk[] {
  if (connection.exempt === "yes" || connection.families.length === 0) return [];
  const placed = placedPods(input, connection.pair);
  return [connection.egress, connection.ingress].flatMap((side) =>
    walk(input, placed, connection, side, view),
  );
}
