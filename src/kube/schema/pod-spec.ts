import * as z from "zod/mini";
import type { NamedPort } from "../../core/cluster.ts";
import { type Protocol, protocols } from "../../core/traffic.ts";
import type { FieldPath } from "../validation/field-path.ts";
import { type FieldProblem, invalid, notSupported } from "../validation/field-problem.ts";
import { portNumberProblems } from "../validation/names.ts";
import { flag, int32, list, maybe, text } from "./wire.ts";

const containerPortSchema = z.object({
  name: maybe(text),
  containerPort: maybe(int32),
  hostPort: maybe(int32),
  protocol: maybe(text),
});

const containerSchema = z.object({
  name: maybe(text),
  restartPolicy: maybe(text),
  ports: maybe(list(containerPortSchema)),
});

export const podSpecSchema = z.object({
  nodeName: maybe(text),
  hostNetwork: maybe(flag),
  containers: maybe(list(containerSchema)),
  initContainers: maybe(list(containerSchema)),
});

export type PodSpecWire = z.output<typeof podSpecSchema>;

/** A port that a container declares, named or not. */
export interface ContainerPort {
  readonly container: string;
  readonly name?: string | undefined;
  readonly protocol: Protocol;
  readonly port: number;
  readonly hostPort?: number | undefined;
}

type ContainerWire = z.output<typeof containerSchema>;
type ContainerPortWire = z.output<typeof containerPortSchema>;

/** Containers that run as long as the pod does: an init container is one only if it restarts always (a sidecar). */
function lastingContainers(spec: PodSpecWire): [FieldPath, ContainerWire][] {
  const containers = (spec.containers ?? []).map((each, i): [FieldPath, ContainerWire] => [
    ["containers", i],
    each ?? {},
  ]);
  const sidecars = (spec.initContainers ?? []).map((each, i): [FieldPath, ContainerWire] => [
    ["initContainers", i],
    each ?? {},
  ]);
  return [...containers, ...sidecars.filter(([, each]) => each.restartPolicy === "Always")];
}

const isProtocol = (name: string): name is Protocol => protocols.some((known) => known === name);

function containerPort(container: string, wire: ContainerPortWire): ContainerPort | undefined {
  const protocol = wire.protocol || "TCP";
  if (!isProtocol(protocol)) return undefined;
  return {
    container,
    ...(wire.name && { name: wire.name }),
    protocol,
    port: wire.containerPort ?? 0,
    ...(wire.hostPort && { hostPort: wire.hostPort }),
  };
}

/** Every port that the pod's lasting containers declare. */
export const containerPorts = (spec: PodSpecWire): ContainerPort[] =>
  lastingContainers(spec).flatMap(([, { name, ports }]) =>
    (ports ?? []).flatMap((port) => containerPort(name ?? "", port ?? {}) ?? []),
  );

/** What policies can name. */
export const namedPorts = (ports: readonly ContainerPort[]): NamedPort[] =>
  ports.flatMap(({ name, protocol, port }) => (name === undefined ? [] : [{ name, protocol, port }]));

/** What is wrong with the ports of a pod's lasting containers; `path` is where its spec stands. */
export const podSpecProblems = (path: FieldPath, spec: PodSpecWire): FieldProblem[] =>
  lastingContainers(spec).flatMap(([at, { ports }]) =>
    (ports ?? []).flatMap((port, i) => portProblems([...path, ...at, "ports", i], port ?? {})),
  );

function portProblems(path: FieldPath, wire: ContainerPortWire): FieldProblem[] {
  const port = wire.containerPort ?? 0;
  const problems = portNumberProblems(port).map((says) => invalid([...path, "containerPort"], port, says));
  if (!wire.protocol || isProtocol(wire.protocol)) return problems;
  return [...problems, notSupported([...path, "protocol"], wire.protocol, protocols)];
}
