import { type Address, formatAddress } from "../../core/address.ts";
import type { AddressBook } from "../../core/address-book.ts";
import { keyOf } from "../../core/cluster.ts";
import type { Denial } from "../../core/denial.ts";
import type { End } from "../../core/end.ts";
import { judge } from "../../core/evaluate.ts";
import { nearestRule } from "../../core/nearest-rule.ts";
import { type Direction, ruleIdText } from "../../core/policy.ts";
import type { Program } from "../../core/program.ts";
import { type Traffic, containsFlow, formatPorts, isNoTraffic, protocols } from "../../core/traffic.ts";
import type { DeniedPacket } from "../../kernel/nflog/denied-packet.ts";

/** What denials are explained by. */
export interface DenialView {
  readonly program: Program;
  readonly owner: AddressBook;
}

function nameOf(end: End, address: Address): string {
  switch (end.kind) {
    case "pod":
      return keyOf(end.pod);
    case "node":
      return end.name === undefined ? formatAddress(address) : `node ${end.name}`;
    case "address":
      return formatAddress(address);
  }
}

/** `TCP 80,443; UDP 53`. */
function trafficWords(traffic: Traffic): string {
  const parts = protocols.flatMap((protocol) =>
    traffic[protocol].length === 0 ? [] : [`${protocol} ${formatPorts(traffic[protocol])}`],
  );
  return [...parts, ...(traffic.other ? ["other protocols"] : [])].join("; ");
}

/** Who isolates, and the nearest rule in words, by the program as it is now: it may be newer than the denial. */
function reasons(
  packet: DeniedPacket,
  direction: Direction,
  from: End,
  to: End,
  program: Program,
): Pick<Denial, "policies" | "nearest"> {
  const { source, destination, flow, what } = packet;
  const side = judge(program, from, to, source.family)[direction];
  const policies = side.isolatedBy;
  if (flow === undefined) return { policies };
  if (containsFlow(side.possible, flow)) return { policies, nearest: "by now a rule allows it" };
  const nearest = nearestRule(program, side, { destination: to, flow });
  if (nearest === undefined) return { policies };
  const rule = ruleIdText(nearest.rule);
  const peer = direction === "ingress" ? nameOf(from, source) : nameOf(to, destination);
  if (nearest.lacks === "peer")
    return {
      policies,
      nearest: `${rule} allows ${what}, but not ${direction === "ingress" ? "from" : "to"} ${peer}`,
    };
  const only = isNoTraffic(nearest.allows)
    ? "on ports that are not there"
    : `only ${trafficWords(nearest.allows)}`;
  return { policies, nearest: `${rule} allows ${peer} ${only}` };
}

/** Joins a denied packet with what the cluster says: who it was, who isolates, and which rule came nearest. */
export function explainDenial(packet: DeniedPacket, { program, owner }: DenialView): Denial {
  const { cause, source, destination } = packet;
  const from = owner(source);
  const to = owner(destination);
  return {
    time: new Date(packet.time).toISOString(),
    cause,
    from: nameOf(from, source),
    to: nameOf(to, destination),
    source: formatAddress(source),
    destination: formatAddress(destination),
    traffic: packet.what,
    ...(cause === "gate" ? { policies: [] } : reasons(packet, cause, from, to, program)),
  };
}
