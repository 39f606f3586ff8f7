import type { NamedPort } from "./cluster.ts";
import type { PortName } from "./policy.ts";
import { type Traffic, portRange, trafficOf } from "./traffic.ts";

/** The numbers that a port name stands for on one pod: name **and** protocol must match; none match, none open. */
export function namedTraffic({ protocol, name }: PortName, ports: readonly NamedPort[]): Traffic {
  const matching = ports.filter((port) => port.name === name && port.protocol === protocol);
  return trafficOf(
    protocol,
    matching.map(({ port }) => portRange(port, port)),
  );
}
