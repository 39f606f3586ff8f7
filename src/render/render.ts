import { type Family, families } from "../core/address.ts";
import type { NodeProgram } from "../core/node-program.ts";
import type { Direction } from "../core/policy.ts";
import { type Host, plainHost } from "./host.ts";
import type { Layout } from "./layout.ts";
import { type Leaf, compareLeaves, leavesOf } from "./leaves.ts";
import { classChain } from "./names.ts";
import type { FamilyRuleset, Ruleset } from "./ruleset.ts";
import { setTable } from "./set-table.ts";

function renderFamily(layout: Layout, program: NodeProgram, family: Family, host: Host): FamilyRuleset {
  const table = setTable(family, program.groups);
  const leavesIn = (direction: Direction): Leaf[] =>
    program.classes
      .filter((each) => each.direction === direction)
      .flatMap((each) => leavesOf(each, family))
      .sort(compareLeaves);
  const leaves = { ingress: leavesIn("ingress"), egress: leavesIn("egress") };
  const populated = new Set([...leaves.ingress, ...leaves.egress].map(({ classId }) => classId));
  const chains = new Map<string, readonly string[]>([
    ...layout.ownChains(family, leaves, program.gate, host, table),
    ...program.classes
      .filter(({ id }) => populated.has(id))
      .map((each): [string, string[]] => [
        classChain(each.id),
        [
          ...each.rules.flatMap((rule) => layout.allowRules(rule, family, table)),
          ...layout.denyRules(each, family, host.denial),
        ],
      ]),
  ]);
  return layout.hung({ family, sets: table.sets, chains }, host);
}

/** Renders a node's program as sets and chains (docs/kernel.md). Depends on what is given only. */
export function render(layout: Layout, program: NodeProgram, host: Host = plainHost): Ruleset {
  const [IPv4, IPv6] = families.map((family) => renderFamily(layout, program, family, host));
  if (IPv4 === undefined || IPv6 === undefined) throw new Error("two families are rendered");
  return { IPv4, IPv6 };
}
