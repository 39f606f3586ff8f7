import { KubeClient } from "../../../src/kube/client.ts";
import type { Manifest } from "../../../scripts/deploy/manifests/render-chart.ts";
import { shipped } from "./pod-spec.ts";

/** Where a kind is created that deploy/ has; none for kinds that it has not. */
const COLLECTIONS: Readonly<Record<string, string>> = {
  Namespace: "/api/v1/namespaces",
  ServiceAccount: "/api/v1/namespaces/%/serviceaccounts",
  ConfigMap: "/api/v1/namespaces/%/configmaps",
  Service: "/api/v1/namespaces/%/services",
  CustomResourceDefinition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
  ClusterRole: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
  ClusterRoleBinding: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
  Role: "/apis/rbac.authorization.k8s.io/v1/namespaces/%/roles",
  RoleBinding: "/apis/rbac.authorization.k8s.io/v1/namespaces/%/rolebindings",
  Deployment: "/apis/apps/v1/namespaces/%/deployments",
  DaemonSet: "/apis/apps/v1/namespaces/%/daemonsets",
  PodDisruptionBudget: "/apis/policy/v1/namespaces/%/poddisruptionbudgets",
  ValidatingAdmissionPolicy: "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
  ValidatingAdmissionPolicyBinding: "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings",
};

/** Creates an object, strictly: what its schema does not know is refused. Throws in the server's words. */
export async function createManifest(client: KubeClient, object: Manifest): Promise<void> {
  const { kind, metadata } = object;
  const collection = COLLECTIONS[kind];
  if (collection === undefined) throw new Error(`no collection of ${kind}`);
  const path = `${collection.replace("%", metadata.namespace ?? "")}?fieldValidation=Strict`;
  await client.request({ method: "POST", path, body: object });
}

/** Kinds that the embedded API server does not serve. */
const NOT_SERVED = new Set([
  "PodDisruptionBudget",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
]);

/** Creates all of deploy/selvedge.yaml, as `kubectl create` does, in the embedded API server. */
export async function installShipped(
  url: string,
  manifests: readonly Manifest[] = shipped("selvedge.yaml"),
): Promise<void> {
  const client = new KubeClient({
    server: new URL(url),
    authorize: () => Promise.resolve({ headers: {}, tls: {} }),
  });
  try {
    for (const object of manifests) if (!NOT_SERVED.has(object.kind)) await createManifest(client, object);
  } finally {
    client.close();
  }
}
