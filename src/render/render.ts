import { type Family, families } from "../core/address.ts";
import type { NodeProgram } from "../core/node-program.ts";
import { classPart, isPopulated, leavesAmong } from "./class-part.ts";
import { type Host, plainHost } from "./host.ts";
import type { Layout } from "./layout.ts";
import type { FamilyRuleset, Ruleset } from "./ruleset.ts";
import { setTable } from "./set-table.ts";

function renderFamily(layout: Layout, program: NodeProgram, family: Family, host: Host): FamilyRuleset {
  const table = setTable(family, program.groups);
  const parts = program.classes
    .filter((each) => isPopulated(each, family))
    .map((each) => {
      const allowed = each.rules.flatMap((rule) => layout.allowRules(rule, family, table));
      return classPart(layout, each, allowed, family, host.denial);
    });
  const chains = new Map([
    ...layout.ownChains(family, leavesAmong(parts), program.gate, host, table),
    ...parts.flatMap((each) => [...each.chains]),
  ]);
  return layout.hung({ family, sets: table.sets, chains }, host);
}

/** Renders a node's program as sets and chains (docs/kernel.md). Depends on what is given only. */
export function render(layout: Layout, program: NodeProgram, host: Host = plainHost): Ruleset {
  const [IPv4, IPv6] = families.map((family) => renderFamily(layout, program, family, host));
  if (IPv4 === undefined || IPv6 === undefined) throw new Error("two families are rendered");
  return { IPv4, IPv6 };
}
