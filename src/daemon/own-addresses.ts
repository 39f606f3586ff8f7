import { networkInterfaces } from "node:os";
import { type Address, parseAddress } from "../core/address.ts";

/** The addresses of the network namespace that this process lives in; link-local ones without their zone. */
export function ownAddresses(): Address[] {
  return Object.values(networkInterfaces()).flatMap((entries = []) =>
    entries.flatMap(({ address }) => parseAddress(address.replace(/%.*$/, "")) ?? []),
  );
}
