import type { Family } from "../../../core/address.ts";
import type { Plan } from "../../plan.ts";
import type { Renames } from "./renamed-classes.ts";

/** A plan that was made as if chains had their other names, with the lines that give them those. */
export function planRenaming(plan: Plan, renames: Readonly<Record<Family, Renames>>): Plan {
  const tables = new Map(
    [...plan.tables].map(([family, text]) => {
      const lines = [...renames[family]].map(([from, to]) => `-E ${from} ${to}\n`);
      return [family, text.replace(/^COMMIT$/m, `${lines.join("")}COMMIT`)] as const;
    }),
  );
  return { ...plan, tables };
}
