import type { NetworkPolicyPeer } from "../../core/network-policy.ts";
import { isEverything, selector } from "../../core/selector.ts";
import type { LintContext } from "./lint-context.ts";
import { memo } from "./memo.ts";
import type { LintPod } from "./lint-input.ts";
import type { SelectorSite } from "./selector-site.ts";
import type { WrittenRule } from "./written-rules.ts";

/** Two neighbours in a list of peers that would be one peer, were it not for a dash. */
export interface SplitPeer {
  readonly rule: WrittenRule;
  /** Which of the two is the second, and so the dash that is too much. */
  readonly second: WrittenRule["peers"][number];
  /** The one of the two that selects pods only. */
  readonly bare: WrittenRule["peers"][number];
  /** Whom both together would match. */
  readonly both: readonly LintPod[];
}

const isBare = ({ podSelector, namespaceSelector }: NetworkPolicyPeer): boolean =>
  podSelector !== undefined && namespaceSelector === undefined && !isEverything(selector(podSelector));

const isNamespaces = ({ podSelector, namespaceSelector }: NetworkPolicyPeer): boolean =>
  namespaceSelector !== undefined && podSelector === undefined;

/**
 * Pairs of list items where AND looks meant: one selects namespaces and nothing else, its neighbour pods and nothing else,
 * and those namespaces do have such pods. `podSelector: {}` beside namespaces is the usual way to say "and my own".
 */
export const splitPeers = memo((context: LintContext): SplitPeer[] =>
  context.rules.flatMap((rule) =>
    rule.peers.flatMap((second, i): SplitPeer[] => {
      const first = rule.peers[i - 1];
      if (first === undefined) return [];
      const [bare, wide] = isBare(second.peer) ? [second, first] : [first, second];
      if (!isBare(bare.peer) || !isNamespaces(wide.peer)) return [];
      const both = context.members(rule.policy, { ...wide.peer, ...bare.peer });
      return both.length === 0 ? [] : [{ rule, second, bare, both }];
    }),
  ),
);

/** Whether a bare peer is one half of such a pair. */
export const isAndMeant = (context: LintContext, { policy, path }: SelectorSite): boolean =>
  splitPeers(context).some(
    ({ rule, bare }) => rule.policy === policy && [...bare.path, "podSelector"].join("/") === path.join("/"),
  );
