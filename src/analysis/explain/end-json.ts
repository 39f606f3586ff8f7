import { formatAddress } from "../../core/address.ts";
import type { Party } from "../party.ts";

/** An end of one connection, as `can` and `explain` tell it: of an outside part its whole extent is the name. */
export function endJson({ name, end, hostPod }: Party): unknown {
  if (hostPod !== undefined) return { pod: name };
  switch (end.kind) {
    case "pod":
      return { pod: name, ...(end.address && { address: formatAddress(end.address) }) };
    case "node":
      return { node: end.name ?? "" };
    case "address":
      return { addresses: name };
  }
}
