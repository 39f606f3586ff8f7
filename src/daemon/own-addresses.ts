import { networkInterfaces } from "node:os";
import { type Address, parseAddress } from "../core/address.ts";
import { sameList } from "../core/same-list.ts";

interface Told {
  readonly texts: readonly string[];
  readonly addresses: readonly Address[];
}

let told: Told = { texts: [], addresses: [] };

/**
 * The addresses of the network namespace that this process lives in; link-local ones without their zone. The same list as
 * long as they are the same: a node has an interface for each pod, and is asked at each change.
 */
export function ownAddresses(): readonly Address[] {
  const texts = Object.values(networkInterfaces()).flatMap((entries = []) =>
    entries.map(({ address }) => address),
  );
  if (sameList(told.texts, texts) === told.texts) return told.addresses;
  told = { texts, addresses: texts.flatMap((text) => parseAddress(text.replace(/%.*$/, "")) ?? []) };
  return told.addresses;
}
