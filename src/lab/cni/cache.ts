import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { CapabilityArgs, NetworkConfigList } from "./config.ts";
import type { CniResult } from "./result.ts";

/** Which attachment of which container. */
export interface CacheKey {
  readonly network: string;
  readonly containerId: string;
  readonly ifName: string;
}

/** What libcni keeps of an ADD: its `cachedInfo`, written as it writes it. */
export interface CachedResult {
  readonly kind: "cniCacheV1";
  readonly containerId: string;
  /** The configuration list, base64. */
  readonly config: string;
  readonly ifName: string;
  readonly networkName: string;
  readonly cniArgs?: readonly (readonly [string, string])[];
  readonly capabilityArgs?: CapabilityArgs;
  readonly result: CniResult;
}

/** Where, under a node's `/var/lib/cni`, the result of an attachment is kept. */
function cacheFile(cniState: string, { network, containerId, ifName }: CacheKey): string {
  return join(cniState, "results", `${network}-${containerId}-${ifName}`);
}

/** The value to cache for an ADD of `list`. */
export function cachedResult(
  list: NetworkConfigList,
  key: CacheKey,
  cniArgs: readonly (readonly [string, string])[],
  capabilityArgs: CapabilityArgs,
  result: CniResult,
): CachedResult {
  return {
    kind: "cniCacheV1",
    containerId: key.containerId,
    config: Buffer.from(JSON.stringify(list)).toString("base64"),
    ifName: key.ifName,
    networkName: key.network,
    ...(cniArgs.length === 0 ? {} : { cniArgs }),
    ...(Object.keys(capabilityArgs).length === 0 ? {} : { capabilityArgs }),
    result,
  };
}

/** Writes in place, as libcni does: whoever watches the directory must be ready to read half a file. */
export async function writeCache(cniState: string, key: CacheKey, value: CachedResult): Promise<void> {
  await mkdir(join(cniState, "results"), { recursive: true, mode: 0o700 });
  await writeFile(cacheFile(cniState, key), JSON.stringify(value), { mode: 0o600 });
}

/** The cached attachment, or undefined if there is none. */
export async function readCache(cniState: string, key: CacheKey): Promise<CachedResult | undefined> {
  try {
    return JSON.parse(await readFile(cacheFile(cniState, key), "utf8")) as CachedResult;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Forgets an attachment; nothing if there is none. */
export async function dropCache(cniState: string, key: CacheKey): Promise<void> {
  await rm(cacheFile(cniState, key), { force: true });
}
