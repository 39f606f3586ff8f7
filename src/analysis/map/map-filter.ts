import type { NamedPort } from "../../core/cluster.ts";
import { type Flow, type Traffic, containsFlow, isNoTraffic } from "../../core/traffic.ts";
import type { MapGroup } from "./map-end.ts";
import type { MapPair } from "./map-pairs.ts";

/** Which pairs are shown. */
export type MapOnly = "allowed" | "denied" | "depends" | "all";

/** A port by its number, or by the name that each destination gives to one of its own. */
export type MapPort = Flow | { readonly protocol: NamedPort["protocol"]; readonly name: string };

const portsOf = ({ parties }: MapGroup): readonly NamedPort[] =>
  parties.flatMap(({ end, hostPod }) => hostPod?.ports ?? (end.kind === "pod" ? end.pod.ports : []));

function flowsTo(group: MapGroup, port: MapPort): readonly Flow[] {
  if (!("name" in port)) return [port];
  return portsOf(group)
    .filter(({ name, protocol }) => name === port.name && protocol === port.protocol)
    .map(({ protocol, port: number }) => ({ protocol, port: number }));
}

/** Whether a pair is shown. With a port it is judged by that alone; where nobody there has a port of that name, it is not. */
export function isShown(
  { to, reach: { some, depends } }: MapPair,
  only: MapOnly,
  port: MapPort | undefined,
): boolean {
  const flows = port === undefined ? undefined : flowsTo(to, port);
  if (flows?.length === 0) return false;
  const passes = (traffic: Traffic): boolean =>
    flows === undefined ? !isNoTraffic(traffic) : flows.some((flow) => containsFlow(traffic, flow));
  switch (only) {
    case "allowed":
      return passes(some);
    case "depends":
      return passes(depends);
    case "denied":
      return !passes(some) && !passes(depends);
    case "all":
      return true;
  }
}
