import type { Family } from "../../core/address.ts";
import { difference } from "../../core/difference.ts";
import type { ClassRule, NodeProgram, SubjectClass } from "../../core/node-program.ts";
import { type Direction, directions } from "../../core/policy.ts";
import { sameList } from "../../core/same-list.ts";
import type { StartGate } from "../../core/start-gate.ts";
import { type Leaf, dispatchChains } from "../dispatch.ts";
import { gateRules } from "../gate.ts";
import type { Host } from "../host.ts";
import { HOOKS, allowRules, compareLeaves, denyRules, forwardChain, leavesOf } from "../iptables.ts";
import { isolatedPods, restChains } from "../isolated-pods.ts";
import { midStreamChains } from "../mid-stream.ts";
import { FORWARD_CHAIN, classChain } from "../names.ts";
import { refusal, withRefusal } from "../refusal.ts";
import type { FamilyRuleset } from "../ruleset.ts";
import { LiveSets } from "./live-sets.ts";
import { Memo } from "./memo.ts";
import { type SetAsk, noteAsks } from "./set-ask.ts";

type Chains = ReadonlyMap<string, readonly string[]>;

/** One family's ruleset, kept up: a change costs the classes and groups that changed. */
export class FamilyRenderer {
  readonly #family: Family;
  readonly #sets: LiveSets;
  /** By value: what is made of a rule, a class's pods, a class, as long as somebody has it. */
  readonly #rules = new Memo((rule: ClassRule) =>
    noteAsks(this.#family, (sets) => allowRules(rule, this.#family, sets)),
  );
  readonly #leaves = new Memo((each: SubjectClass): readonly Leaf[] => leavesOf(each, this.#family));
  readonly #lines = { drop: this.#linesThat("drop"), reject: this.#linesThat("reject") };
  #classes: readonly SubjectClass[] | undefined;
  #populated: readonly SubjectClass[] = [];
  #gate: StartGate | undefined;
  #host: Host | undefined;
  /** What the chains ask for that no class does. */
  #ownAsks: readonly SetAsk[] = [];
  #ruleset: FamilyRuleset;

  constructor(family: Family) {
    this.#family = family;
    this.#sets = new LiveSets(family);
    this.#ruleset = { family, sets: new Map(), chains: new Map(), hooks: HOOKS };
  }

  /** The same value where nothing changed, and the same sets and chains in it where they did not. */
  render({ classes, groups, gate }: NodeProgram, host: Host): FamilyRuleset {
    const isSame = classes === this.#classes && gate === this.#gate && host === this.#host;
    const chains = isSame ? this.#ruleset.chains : this.#renderChains(classes, gate, host);
    const sets = this.#sets.tell(groups);
    if (chains !== this.#ruleset.chains || sets !== this.#ruleset.sets)
      this.#ruleset = withRefusal(
        { family: this.#family, sets, chains, hooks: HOOKS },
        refusal(this.#family, host),
      );
    return this.#ruleset;
  }

  #linesThat(denial: Host["denial"]): Memo<SubjectClass, readonly string[]> {
    return new Memo((each) => [
      ...each.rules.flatMap((rule) => this.#rules.of(rule)[0]),
      ...denyRules(each, denial),
    ]);
  }

  #renderChains(classes: readonly SubjectClass[], gate: StartGate | undefined, host: Host): Chains {
    this.#classes = classes;
    this.#gate = gate;
    this.#host = host;
    const before = this.#populated;
    this.#populated = classes.filter((each) => this.#leaves.of(each).length > 0);
    const { gone, come } = difference(before, this.#populated);
    this.#sets.use(come.flatMap((each) => this.#asksOf(each)));
    this.#sets.drop(gone.flatMap((each) => this.#asksOf(each)));
    const leaves = { ingress: this.#leavesIn("ingress"), egress: this.#leavesIn("egress") };
    const chains = new Map<string, readonly string[]>([
      ...this.#renderOwn(leaves, gate, host),
      ...directions.flatMap((direction) => [
        ...dispatchChains(direction, leaves[direction], host.selfTraffic),
      ]),
      ...this.#populated.map((each) => [classChain(each.id), this.#lines[host.denial].of(each)] as const),
    ]);
    const known = this.#ruleset.chains;
    return new Map([...chains].map(([name, lines]) => [name, sameList(known.get(name), lines)]));
  }

  #asksOf({ rules }: SubjectClass): readonly SetAsk[] {
    return rules.flatMap((rule) => this.#rules.of(rule)[1]);
  }

  #leavesIn(direction: Direction): readonly Leaf[] {
    const classes = this.#populated.filter((each) => each.direction === direction);
    return classes.flatMap((each) => this.#leaves.of(each)).sort(compareLeaves);
  }

  /** The chains that no class has, with the sets that they ask for. */
  #renderOwn(
    leaves: Readonly<Record<Direction, readonly Leaf[]>>,
    gate: StartGate | undefined,
    host: Host,
  ): Chains {
    const family = this.#family;
    const [chains, asks] = noteAsks(family, (sets): Chains => {
      const isolated = isolatedPods(leaves, sets);
      const closed = gateRules(gate, family, sets, host);
      return new Map([
        [FORWARD_CHAIN, forwardChain(family, isolated, closed, host)],
        ...restChains(isolated, closed),
        ...closed.chains,
        ...midStreamChains(family, isolated, host),
        ...refusal(family, host).chains,
      ]);
    });
    this.#sets.use(asks);
    this.#sets.drop(this.#ownAsks);
    this.#ownAsks = asks;
    return chains;
  }
}
