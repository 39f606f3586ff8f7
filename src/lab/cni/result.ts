import type { DualStack } from "../addressing.ts";

/** What ADD returns, CNI specification 1.0.0. */
export interface CniResult {
  readonly cniVersion: string;
  readonly interfaces?: readonly {
    readonly name: string;
    readonly mac?: string;
    readonly sandbox?: string;
  }[];
  readonly ips?: readonly {
    /** With its prefix length. */
    readonly address: string;
    readonly gateway?: string;
    readonly interface?: number;
  }[];
  readonly routes?: readonly { readonly dst: string; readonly gw?: string }[];
  readonly dns?: Readonly<Record<string, unknown>>;
}

/** The pod's address of each family; an exception if one is missing, since the lab's pods have both. */
export function podAddresses(result: CniResult): DualStack {
  const addresses = (result.ips ?? []).map(({ address }) => address.split("/")[0] ?? "");
  const v4 = addresses.find((address) => address.includes("."));
  const v6 = addresses.find((address) => address.includes(":"));
  if (v4 === undefined || v6 === undefined)
    throw new Error(`CNI gave ${addresses.join(", ") || "no address"}: want one of each family`);
  return { v4, v6 };
}

/** The pod's interface on the node's side. */
export function hostInterface(result: CniResult): string | undefined {
  return result.interfaces?.find(({ name, sandbox }) => !sandbox && name.startsWith("veth"))?.name;
}
