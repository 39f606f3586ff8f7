import type { Family } from "../../core/address.ts";
import { difference } from "../../core/difference.ts";
import type { ClassRule, NodeProgram, SubjectClass } from "../../core/node-program.ts";
import { sameList } from "../../core/same-list.ts";
import type { StartGate } from "../../core/start-gate.ts";
import type { Host } from "../host.ts";
import { type ClassPart, classPart, isPopulated, leavesAmong } from "../class-part.ts";
import type { Chains, Layout } from "../layout.ts";
import type { Leaves } from "../leaves.ts";
import type { FamilyRuleset } from "../ruleset.ts";
import { LiveSets } from "./live-sets.ts";
import { Memo } from "../memo.ts";
import { type SetAsk, noteAsks } from "./set-ask.ts";

/** One family's ruleset, kept up: a change costs the classes and groups that changed. */
export class FamilyRenderer {
  readonly #family: Family;
  readonly #layout: Layout;
  readonly #sets: LiveSets;
  /** By value: what is made of a rule, a class's pods, a class, as long as somebody has it. */
  readonly #rules = new Memo((rule: ClassRule) =>
    noteAsks(this.#family, (sets) => this.#layout.allowRules(rule, this.#family, sets)),
  );
  readonly #isPopulated = new Memo((each: SubjectClass) => isPopulated(each, this.#family));
  readonly #parts = { drop: this.#partsThat("drop"), reject: this.#partsThat("reject") };
  #classes: readonly SubjectClass[] | undefined;
  #populated: readonly SubjectClass[] = [];
  #gate: StartGate | undefined;
  #host: Host | undefined;
  /** What the chains ask for that no class does. */
  #ownAsks: readonly SetAsk[] = [];
  #ruleset: FamilyRuleset | undefined;

  constructor(family: Family, layout: Layout) {
    this.#family = family;
    this.#layout = layout;
    this.#sets = new LiveSets(family);
  }

  /** The same value where nothing changed, and the same sets and chains in it where they did not. */
  render({ classes, groups, gate }: NodeProgram, host: Host): FamilyRuleset {
    const before = this.#ruleset;
    const isSame = classes === this.#classes && gate === this.#gate && host === this.#host;
    const chains = isSame && before !== undefined ? before.chains : this.#renderChains(classes, gate, host);
    const sets = this.#sets.tell(groups);
    if (before !== undefined && chains === before.chains && sets === before.sets) return before;
    this.#ruleset = this.#layout.hung({ family: this.#family, sets, chains }, host);
    return this.#ruleset;
  }

  #partsThat(denial: Host["denial"]): Memo<SubjectClass, ClassPart> {
    return new Memo((each) => {
      const allowed = each.rules.flatMap((rule) => this.#rules.of(rule)[0]);
      return classPart(this.#layout, each, allowed, this.#family, denial);
    });
  }

  #renderChains(classes: readonly SubjectClass[], gate: StartGate | undefined, host: Host): Chains {
    this.#classes = classes;
    this.#gate = gate;
    this.#host = host;
    const before = this.#populated;
    this.#populated = classes.filter((each) => this.#isPopulated.of(each));
    const { gone, come } = difference(before, this.#populated);
    this.#sets.use(come.flatMap((each) => this.#asksOf(each)));
    this.#sets.drop(gone.flatMap((each) => this.#asksOf(each)));
    const parts = this.#populated.map((each) => this.#parts[host.denial].of(each));
    const chains = new Map([
      ...this.#renderOwn(leavesAmong(parts), gate, host),
      ...parts.flatMap((each) => [...each.chains]),
    ]);
    const known = this.#ruleset?.chains;
    return new Map([...chains].map(([name, lines]) => [name, sameList(known?.get(name), lines)]));
  }

  #asksOf({ rules }: SubjectClass): readonly SetAsk[] {
    return rules.flatMap((rule) => this.#rules.of(rule)[1]);
  }

  /** The chains that no class has, with the sets that they ask for. */
  #renderOwn(leaves: Leaves, gate: StartGate | undefined, host: Host): Chains {
    const [chains, asks] = noteAsks(this.#family, (sets) =>
      this.#layout.ownChains(this.#family, leaves, gate, host, sets),
    );
    this.#sets.use(asks);
    this.#sets.drop(this.#ownAsks);
    this.#ownAsks = asks;
    return chains;
  }
}
