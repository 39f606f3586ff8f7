import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Manifest, manifestsOf } from "../../../scripts/deploy/manifests/render-chart.ts";
import { root } from "../../cli/selvedge.ts";
import { must } from "../../support/must.ts";

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
  }[];
  readonly securityContext: {
    readonly runAsUser?: number;
    readonly runAsGroup?: number;
    readonly privileged?: boolean;
    readonly allowPrivilegeEscalation: boolean;
    readonly readOnlyRootFilesystem: boolean;
    readonly capabilities: { readonly drop: readonly string[]; readonly add?: readonly string[] };
  };
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
}

export interface PodSpec {
  readonly hostNetwork?: boolean;
  readonly securityContext: {
    readonly runAsUser?: number;
    readonly runAsGroup?: number;
    readonly seccompProfile: { readonly type: string };
  };
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly {
    readonly name: string;
    readonly hostPath: { readonly path: string; readonly type: string };
  }[];
}

/** The objects of a file below deploy/. */
export const shipped = (file: string): readonly Manifest[] =>
  manifestsOf(readFileSync(join(root, "deploy", file), "utf8"));

/** The pod of a workload among some objects. */
export function podSpecOf(manifests: readonly Manifest[], kind: "DaemonSet" | "Deployment"): PodSpec {
  const { spec } = must(manifests.find((each) => each.kind === kind)) as unknown as {
    readonly spec: { readonly template: { readonly spec: PodSpec } };
  };
  return spec.template.spec;
}
