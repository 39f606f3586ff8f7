import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { type Address, parseAddress } from "../core/address.ts";
import { sameList } from "../core/same-list.ts";

export type Interfaces = NodeJS.Dict<readonly Pick<NetworkInterfaceInfo, "cidr">[]>;

/** What has addresses in the network namespace that this process lives in. */
export interface OwnNetwork {
  readonly interfaces: Interfaces;
  /** Link-local ones without their zone. */
  readonly addresses: readonly Address[];
}

let told: OwnNetwork & { readonly texts: readonly string[] } = { texts: [], interfaces: {}, addresses: [] };

/**
 * Reads it; the same value as long as it is the same. Costs the square of the number of links (libuv goes over all of them for
 * each): 4 ms for 250 of them (`bench/stops.ts`). A node has one for each pod.
 */
export function ownNetwork(): OwnNetwork {
  const interfaces = networkInterfaces();
  const entries = Object.entries(interfaces).flatMap(([name, infos = []]) =>
    infos.map(({ address, cidr }) => ({ address, text: `${name} ${address} ${cidr ?? ""}` })),
  );
  const texts = entries.map(({ text }) => text);
  if (sameList(told.texts, texts) === told.texts) return told;
  const addresses = entries.flatMap(({ address }) => parseAddress(address.replace(/%.*$/, "")) ?? []);
  told = { texts, interfaces, addresses };
  return told;
}
