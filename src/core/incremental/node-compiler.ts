import type { Pod } from "../cluster.ts";
import type { NodeProgram } from "../node-program.ts";
import type { Program } from "../program.ts";
import type { GateScope } from "../start-gate.ts";
import { LocalClasses } from "./local-classes.ts";
import { LocalGate } from "./local-gate.ts";
import { LocalGroups } from "./local-groups.ts";

/**
 * Cuts one program after another down to one node. Each answer equals `nodeProgram`'s and depends on what is given alone;
 * what did not change since the last is the same value, and costs nothing.
 */
export class NodeCompiler {
  readonly #node: string;
  readonly #classes = new LocalClasses();
  readonly #groups = new LocalGroups();
  readonly #gate = new LocalGate();

  constructor(node: string) {
    this.#node = node;
  }

  /** `pods` are the node's own live pods. */
  compile(program: Program, pods: readonly Pod[], scope?: GateScope): NodeProgram {
    const [first, ...others] = program.tiers.map(({ policies }) => policies);
    const policies =
      first === undefined || others.length > 0 ? program.tiers.flatMap((tier) => tier.policies) : first;
    const classes = this.#classes.take(policies, pods);
    const groups = this.#groups.take(classes, program.groups);
    const gate = this.#gate.take(pods, scope);
    return { node: this.#node, classes, groups, ...(gate === undefined ? {} : { gate }) };
  }
}
