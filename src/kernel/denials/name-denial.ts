import { formatAddress } from "../../core/address.ts";
import type { Denial } from "../../core/denial.ts";
import type { DeniedPacket } from "../nflog/denied-packet.ts";
import type { StandingNames } from "./standing-names.ts";

/** A denied packet with the names that the kernel's rules know. */
export function nameDenial(packet: DeniedPacket, { policies, pods }: StandingNames): Denial {
  const source = formatAddress(packet.source);
  const destination = formatAddress(packet.destination);
  return {
    time: new Date(packet.time).toISOString(),
    cause: packet.cause,
    from: pods.get(source) ?? source,
    to: pods.get(destination) ?? destination,
    source,
    destination,
    traffic: packet.what,
    policies: policies.get(packet.chain) ?? [],
  };
}
