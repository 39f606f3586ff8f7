import * as z from "zod/mini";
import { type Address, parseAddress } from "../core/address.ts";
import { type ObjectKey, keyOf } from "../core/cluster.ts";

/** What the container runtime's CNI library has written down of one pod's attachment to the pod network. */
export interface CniEntry {
  readonly pod: ObjectKey;
  /** Absent where the runtime does not tell. */
  readonly uid?: string;
  readonly addresses: readonly Address[];
}

/** `foreign`: whole, but no pod's interface. `torn`: not whole, as a file is that is being written in place. */
export type CniReading = CniEntry | "foreign" | "torn";

/** libcni's `cachedInfo` (containernetworking/cni, libcni/api.go); `result` of specification 0.3.0 and later. */
const cachedInfo = z.object({
  kind: z.literal("cniCacheV1"),
  ifName: z.string(),
  cniArgs: z.nullish(z.array(z.tuple([z.string(), z.string()]))),
  result: z.object({ ips: z.nullish(z.array(z.object({ address: z.string() }))) }),
});

/** What the runtimes call a pod's own interface (CRI: containerd, CRI-O); `lo`, and what Multus adds, are none of ours. */
const POD_INTERFACE = "eth0";

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Reads one file of the CNI result cache. */
export function readCniEntry(text: string): CniReading {
  const json = parseJson(text);
  if (json === undefined) return "torn";
  const info = cachedInfo.safeParse(json);
  if (!info.success || info.data.ifName !== POD_INTERFACE) return "foreign";
  const args = new Map(info.data.cniArgs);
  const [namespace, name, uid] = ["NAMESPACE", "NAME", "UID"].map((what) => args.get(`K8S_POD_${what}`));
  if (!namespace || !name) return "foreign";
  const addresses = (info.data.result.ips ?? []).flatMap(
    ({ address }) => parseAddress(address.split("/", 1)[0] ?? "") ?? [],
  );
  return { pod: keyOf({ namespace, name }), ...(uid && { uid }), addresses };
}
