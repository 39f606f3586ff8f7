import type { Manifest } from "../../../scripts/deploy/manifests/render-chart.ts";
import type { Ask } from "./ask.ts";

/** The smallest piece of a rule: one verb on one resource, in one namespace or everywhere, of one name or of all. */
export interface Grant {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

type Role = Manifest & { readonly rules: readonly Rule[] };

type Binding = Manifest & {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string }[];
};

const isBinding = (each: Manifest): each is Binding => /^(?:Cluster)?RoleBinding$/.test(each.kind);

/** All that these objects grant to a service account, by following its bindings. */
export function grantsTo(account: string, manifests: readonly Manifest[]): readonly Grant[] {
  const bindings = manifests
    .filter(isBinding)
    .filter(({ subjects }) =>
      subjects.some((each) => each.kind === "ServiceAccount" && each.name === account),
    );
  return bindings.flatMap(({ metadata, roleRef }) => {
    const role = manifests.find(
      (each) => each.kind === roleRef.kind && each.metadata.name === roleRef.name,
    ) as Role | undefined;
    return (role?.rules ?? []).flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          (resourceNames ?? [undefined]).flatMap((name) =>
            verbs.map((verb) => ({ verb, group, resource, name, namespace: metadata.namespace })),
          ),
        ),
      ),
    );
  });
}

export const isGranted = (grant: Grant, ask: Ask): boolean =>
  grant.verb === ask.verb &&
  grant.group === ask.group &&
  grant.resource === ask.resource &&
  (grant.name === undefined || grant.name === ask.name) &&
  (grant.namespace === undefined || grant.namespace === ask.namespace);
