import type { Address } from "../../core/address.ts";
import type { Namespace, Node, Pod } from "../../core/cluster.ts";
import type { NetworkPolicy } from "../../core/network-policy.ts";
import type { Program } from "../../core/program.ts";
import type { Labels } from "../../core/selector.ts";
import type { Protocol } from "../../core/traffic.ts";
import type { Place } from "../finding/finding.ts";

/** Steps from an object's root to one of its fields. */
export type Path = readonly (string | number)[];

/** Of a field, what is pointed at: its value, or the name that it goes by. */
export type FieldPart = "value" | "key";

/** A place, and the field's path as text; none for the object itself. */
export interface FieldPlace extends Place {
  readonly field?: string | undefined;
}

/** An object that somebody wrote. */
export interface Written {
  /** `NetworkPolicy shop/web` */
  readonly object: string;
  /** Where a field's value, or else its key, stands; the nearest field around it where it was not written. */
  readonly locate: (path: Path, part?: FieldPart) => FieldPlace;
}

/** A port that a container declares, named or not. */
export interface ListeningPort {
  readonly name?: string | undefined;
  readonly protocol: Protocol;
  readonly port: number;
}

/** A pod, or a workload that stands for its pods. */
export interface LintPod extends Written {
  readonly pod: Pod;
  /** Also those without names, which policies cannot name and containers may listen on all the same. */
  readonly listens: readonly ListeningPort[];
}

export interface LintService extends Written {
  readonly namespace: string;
  readonly name: string;
  /** `undefined`: whoever writes its EndpointSlices says what is behind it. */
  readonly selector: Labels | undefined;
  readonly ports: readonly {
    readonly name?: string | undefined;
    readonly protocol: Protocol;
    readonly port: number;
    readonly targetPort: number | string;
  }[];
  readonly addresses: readonly Address[];
}

export interface LintPolicy extends Written {
  readonly policy: NetworkPolicy;
  /** Fields that a NetworkPolicy does not have. */
  readonly unknownFields: readonly Path[];
}

/** All that the rules look at. */
export interface LintInput {
  /** The policies below, compiled. */
  readonly program: Program;
  readonly namespaces: readonly Namespace[];
  readonly nodes: readonly Node[];
  readonly pods: readonly LintPod[];
  readonly services: readonly LintService[];
  readonly policies: readonly LintPolicy[];
}
