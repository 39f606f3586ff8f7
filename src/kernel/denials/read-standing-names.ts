import { families } from "../../core/address.ts";
import { readCounted } from "../counters/read-counted.ts";
import type { Exec } from "../exec.ts";
import type { Backend } from "../variant.ts";
import { nftPodNames } from "./nft-pod-names.ts";
import { type StandingNames, standingNames } from "./standing-names.ts";

/** Reads what names the kernel has for denials, from whatever stands there. Throws where its rules cannot be read. */
export async function readStandingNames(exec: Exec, backend: Backend): Promise<StandingNames> {
  const names = standingNames(await readCounted(exec, backend));
  if (backend !== "nftables") return names;
  // A family that is not there names nobody.
  const read = await Promise.all(families.map((family) => nftPodNames(exec, family).catch(() => [])));
  return { ...names, pods: new Map(read.flat()) };
}
