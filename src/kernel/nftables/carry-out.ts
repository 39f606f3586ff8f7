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

/** Writes one leg; what was refused. */
async function write(writer: NftWriter, leg: Leg): Promise<ApplyFailure[]> {
  const scripts = families.flatMap((family) => {
    const script = onlyOf(leg, family);
    return script === "" ? [] : [{ family, script }];
  });
  const said = await writer.write(scripts.map(({ script }) => script).join(""));
  if (said === undefined) return [];
  const failure = (family: Family, message: string): ApplyFailure => ({
    step: `write ${family} rules`,
    message,
  });
  const [first, ...others] = scripts;
  if (first !== undefined && others.length === 0) return [failure(first.family, said)];
  const failures: ApplyFailure[] = [];
  for (const { family, script } of scripts) {
    const message = await writer.write(script);
    if (message !== undefined) failures.push(failure(family, message));
  }
  return failures;
}

/**
 * Carries out plans, each as one transaction of both families. What is refused is tried for each family by itself: a node without
 * IPv6 enforces IPv4. A family that is refused stays as it was, rules and sets, and goes no further.
 */
export async function carryOutNftables(writer: NftWriter, legs: readonly Leg[]): Promise<WalkResult> {
  const failures: ApplyFailure[] = [];
  for (const leg of legs) {
    failures.push(...(await write(writer, leg)));
    if (failures.length > 0) break;
  }
  return { commands: writer.commands(), failures, held: new Map(), heldAtFirst: new Set() };
}
