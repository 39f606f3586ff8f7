import { type Family, families } from "../../core/address.ts";
import type { ApplyFailure } from "../apply.ts";
import type { NftWriter } from "../session/nft-writer.ts";
import type { WalkResult } from "../walk/carry-out-walk.ts";
import type { Leg } from "../walk/plan-walk.ts";
import { withoutFamilies } from "../without-families.ts";
import { nftScript } from "./script.ts";

const NONE: ReadonlySet<Family> = new Set();

const onlyOf = ({ plan, anew = NONE }: Leg, family: Family): string =>
  nftScript(withoutFamilies(plan, new Set(families.filter((each) => each !== family))), anew);

/** Writes one leg; what was said against it, by family. */
async function write(writer: NftWriter, leg: Leg): Promise<ReadonlyMap<Family, string>> {
  const scripts = families.flatMap((family) => {
    const script = onlyOf(leg, family);
    return script === "" ? [] : [{ family, script }];
  });
  if (scripts.length === 0) return new Map();
  const said = await writer.write(scripts.map(({ script }) => script).join(""));
  if (said === undefined) return new Map();
  const [first, ...others] = scripts;
  if (first !== undefined && others.length === 0) return new Map([[first.family, said]]);
  const refused = new Map<Family, string>();
  for (const { family, script } of scripts) {
    const message = await writer.write(script);
    if (message !== undefined) refused.set(family, message);
  }
  return refused;
}

/**
 * Carries out plans, each as one transaction of both families. What is refused is tried for each family by itself: a node without
 * IPv6 enforces IPv4. A family that is refused stays as it was, rules and sets, and goes no further.
 */
export async function carryOutNftables(writer: NftWriter, legs: readonly Leg[]): Promise<WalkResult> {
  const refused = new Map<Family, string>();
  for (const leg of legs) {
    const plan = withoutFamilies(leg.plan, new Set(refused.keys()));
    for (const [family, message] of await write(writer, { ...leg, plan })) refused.set(family, message);
  }
  const failures = [...refused].map(([family, message]): ApplyFailure => ({
    step: `write ${family} rules`,
    message,
  }));
  return { commands: writer.commands(), failures, held: new Map(), heldAtFirst: new Set() };
}
