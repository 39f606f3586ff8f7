import type { Family } from "../../../core/address.ts";
import type { Standing } from "../../standing.ts";

/** The chains of one family that stand. */
export const chainsIn = (standing: Standing, family: Family): ReadonlyMap<string, unknown> =>
  standing.kind === "read" ? standing.state.tables[family].chains : standing.ruleset[family].chains;
