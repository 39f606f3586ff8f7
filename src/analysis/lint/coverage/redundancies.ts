import type { Namespace } from "../../../core/cluster.ts";
import {
  type Direction,
  type Policy,
  type Rule,
  type RuleId,
  directions,
  policyKey,
} from "../../../core/policy.ts";
import type { Program } from "../../../core/program.ts";
import { type Claim, claimOf, peersOf, subjectBox } from "./claim.ts";
import { coveringClaims } from "./covering-claims.ts";
import { isCovered } from "./is-covered.ts";

/** Something that could be left out, and what does its work. */
export type Redundancy =
  | { readonly kind: "rule"; readonly id: RuleId; readonly by: readonly RuleId[] }
  | {
      readonly kind: "policy";
      readonly policy: string;
      /** It only isolates. */
      readonly isRuleless: boolean;
      readonly by: readonly string[];
    };

const METADATA_NAME = "kubernetes.io/metadata.name";

const idOf = ({ policy, rule }: Claim, direction: Direction): RuleId => ({
  policy: policyKey(policy),
  direction,
  index: rule.index,
});

/**
 * Rules and policies that say nothing which others do not say: without them every pod, labelled however, in whatever
 * namespace, at whatever address, may do exactly what it may do now. That is more than "nothing changes today": a rule that
 * merely matches nobody yet is not redundant.
 *
 * All that are named can be left out together: of two rules that say the same, one is named. A policy is redundant only if
 * others isolate its pods, too. (Of a rule that need not be asked: what covers it is a rule of a policy that isolates its
 * pods, also where `policyTypes` is absent and the rule's own policy isolates egress only for having it.)
 */
export function redundancies(program: Program, namespaces: readonly Namespace[]): Redundancy[] {
  const areNamesLabels = namespaces.every(({ name, labels }) => labels[METADATA_NAME] === name);
  const policies = program.tiers.flatMap((tier) => tier.policies);
  const known = new Set(namespaces.map(({ name }) => name));
  const trusted = areNamesLabels && policies.every(({ namespace }) => known.has(namespace));
  const found = [...Map.groupBy(policies, ({ namespace }) => namespace).values()].map((own) =>
    inNamespace(own, (policy, rule) => claimOf(program, policy, rule, trusted)),
  );
  return found.flat();
}

function inNamespace(all: readonly Policy[], claim: (policy: Policy, rule: Rule) => Claim): Redundancy[] {
  const found: Redundancy[] = [];
  // A policy that no pod can be the subject of has no part in this.
  const own = all.filter(({ subject }) => subject.kind !== "nothing");
  const claims: Record<Direction, readonly Claim[]> = { ingress: [], egress: [] };
  for (const direction of directions)
    claims[direction] = own.flatMap((policy) => policy.rules[direction].map((rule) => claim(policy, rule)));
  const isolating: Record<Direction, readonly Policy[]> = {
    ingress: own.filter(({ isolates }) => isolates.ingress),
    egress: own.filter(({ isolates }) => isolates.egress),
  };

  const isolators = (policy: Policy, direction: Direction): Policy[] =>
    isolating[direction].filter((each) => each !== policy);

  const stopIsolating = (policy: Policy, direction: Direction): void => {
    isolating[direction] = isolators(policy, direction);
  };

  /** The policies that isolate all pods of this one, too: one where one is enough; `undefined` where they do not. */
  function isolatedBy(policy: Policy, direction: Direction): readonly Policy[] | undefined {
    const region = subjectBox(policy);
    const others = isolators(policy, direction);
    const single = others.find((each) => isCovered(region, [subjectBox(each)]));
    if (single !== undefined) return [single];
    return isCovered(region, others.map(subjectBox)) ? others : undefined;
  }

  function redundantPolicy(policy: Policy): Redundancy | undefined {
    const isolated = directions.filter((direction) => policy.isolates[direction]);
    if (isolated.length === 0) return undefined;
    const by = new Set<string>();
    for (const direction of isolated) {
      const isolating = isolatedBy(policy, direction);
      if (isolating === undefined) return undefined;
      for (const each of isolating) by.add(policyKey(each));
      const others = claims[direction].filter((each) => each.policy !== policy);
      for (const each of claims[direction].filter((mine) => mine.policy === policy)) {
        const covering = coveringClaims(each, others);
        if (covering === undefined) return undefined;
        for (const cover of covering) by.add(policyKey(cover.policy));
      }
    }
    const isRuleless = isolated.every((direction) => policy.rules[direction].length === 0);
    return { kind: "policy", policy: policyKey(policy), isRuleless, by: [...by] };
  }

  function redundantRule(mine: Claim, direction: Direction): Redundancy | undefined {
    // What allows nothing at all is another fault.
    if (peersOf(mine).length === 0) return undefined;
    const covering = coveringClaims(
      mine,
      claims[direction].filter((each) => each !== mine),
    );
    if (covering === undefined) return undefined;
    return { kind: "rule", id: idOf(mine, direction), by: covering.map((each) => idOf(each, direction)) };
  }

  // The last first, so that of equals the first stays.
  for (const policy of own.toReversed()) {
    const redundancy = redundantPolicy(policy);
    if (redundancy === undefined) continue;
    found.unshift(redundancy);
    for (const direction of directions) {
      stopIsolating(policy, direction);
      claims[direction] = claims[direction].filter((each) => each.policy !== policy);
    }
  }
  for (const direction of directions) {
    for (const mine of claims[direction].toReversed()) {
      const redundancy = redundantRule(mine, direction);
      if (redundancy === undefined) continue;
      found.unshift(redundancy);
      claims[direction] = claims[direction].filter((each) => each !== mine);
    }
  }
  return found;
}
