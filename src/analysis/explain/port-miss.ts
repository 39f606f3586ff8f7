import { namedTraffic } from "../../core/named-ports.ts";
import type { NetworkPolicyPort } from "../../core/network-policy.ts";
import { type Flow, allPorts, containsFlow, portRange, trafficOf } from "../../core/traffic.ts";
import { flowText } from "../can.ts";
import type { Path } from "../lint/lint-input.ts";
import type { Party } from "../party.ts";
import type { ExplainedPair } from "./explanation.ts";
import { NEVER, type RawMiss } from "./nearest-miss.ts";

/** What a port is held against: names are looked up on the destination. */
export type PortView = Pick<ExplainedPair, "to" | "flow" | "service">;

type PortFlow = Extract<Flow, { port: number }>;

const rangeText = ({ port, endPort }: NetworkPolicyPort): string =>
  endPort === undefined || endPort === port ? `${port}` : `${port}-${endPort}`;

/** `undefined`: it matches. */
export function portMiss(port: NetworkPolicyPort, path: Path, view: PortView): RawMiss | undefined {
  const { flow } = view;
  if (flow.protocol === "other") {
    const help = "only a rule without ports lets other protocols pass";
    return { path, message: "names a protocol, and so none but that", help, distance: NEVER };
  }
  return typeof port.port === "string"
    ? nameMiss(port.port, port, path, view, flow)
    : numberMiss(port, path, view, flow);
}

function numberMiss(
  port: NetworkPolicyPort,
  path: Path,
  { service, to }: PortView,
  flow: PortFlow,
): RawMiss | undefined {
  const { protocol = "TCP", port: first, endPort } = port;
  const range = typeof first === "number" ? portRange(first, endPort ?? first) : undefined;
  if (containsFlow(trafficOf(protocol, range === undefined ? allPorts : [range]), flow)) return undefined;
  const at = first === undefined ? path : [...path, "port"];
  const hasNumber = containsFlow(trafficOf(flow.protocol, range === undefined ? allPorts : [range]), flow);
  if (hasNumber) {
    const isDefault = port.protocol === undefined;
    return {
      path: isDefault ? at : [...path, "protocol"],
      message: `${protocol}${isDefault ? ", since no protocol is named" : ""}; asked is ${flowText(flow)}`,
      help: `write \`protocol: ${flow.protocol}\`, or both, as two ports`,
      distance: 1,
    };
  }
  if (service !== undefined && first === service.port && protocol === flow.protocol)
    return servicePortMiss(service, to, at, flow);
  return {
    path: at,
    message: `${protocol}/${rangeText(port)}; asked is ${flowText(flow)}`,
    distance: protocol === flow.protocol ? 2 : 3,
  };
}

/** Policies are judged after the Service's port was replaced by a pod's. */
function servicePortMiss(
  { name, port }: NonNullable<ExplainedPair["service"]>,
  to: Party,
  path: Path,
  flow: PortFlow,
): RawMiss {
  const named = portsOf(to).find((each) => each.port === flow.port && each.protocol === flow.protocol);
  const byName = named === undefined ? "" : `, or the named port \`${named.name}\``;
  return {
    path,
    message: `Service ${name} maps ${port} to ${flow.port}`,
    help: `use \`port: ${flow.port}\`${byName}`,
    code: "NP204",
    distance: 0,
  };
}

const portsOf = ({ end }: Party): readonly { name: string; protocol: string; port: number }[] =>
  end.kind === "pod" ? end.pod.ports : [];

function nameMiss(
  name: string,
  { protocol = "TCP" }: NetworkPolicyPort,
  path: Path,
  { to }: PortView,
  flow: PortFlow,
): RawMiss | undefined {
  const at = [...path, "port"];
  const { end } = to;
  if (end.kind !== "pod") {
    const message = `a name means a pod's own port, and ${to.name} is no pod`;
    return { path: at, message, help: `use the number, \`port: ${flow.port}\``, distance: 4 };
  }
  if (containsFlow(namedTraffic({ protocol, name }, end.pod.ports), flow)) return undefined;
  const called = end.pod.ports.filter((each) => each.name === name);
  const same = called.filter((each) => each.protocol === protocol);
  if (same.length > 0) {
    const numbers = same.map((each) => each.port).join(" and ");
    const message = `\`${name}\` of ${to.name} is ${protocol}/${numbers}; asked is ${flowText(flow)}`;
    return { path: at, message, distance: 2 };
  }
  const [other] = called;
  if (other !== undefined) {
    const isMeant = other.protocol === flow.protocol && other.port === flow.port;
    return {
      path: at,
      message: `\`${name}\` of ${to.name} is ${other.protocol}/${other.port}, and the rule says ${protocol}`,
      help: isMeant ? `write \`protocol: ${other.protocol}\`` : undefined,
      code: "NP202",
      distance: isMeant ? 0 : 2,
    };
  }
  const own = end.pod.ports.find((each) => each.port === flow.port && each.protocol === flow.protocol);
  return {
    path: at,
    message: `${to.name} has no port named \`${name}\``,
    help:
      own === undefined
        ? `name the port in its containers, or use the number, \`port: ${flow.port}\``
        : `it calls ${flowText(flow)} \`${own.name}\``,
    code: "NP201",
    distance: 2,
  };
}
