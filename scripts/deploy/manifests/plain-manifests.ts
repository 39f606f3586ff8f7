import { stringify } from "yaml";
import { type Manifest, NAMESPACE } from "./render-chart.ts";

const HEADER = `# Selvedge, for \`kubectl apply -f\`. Generated from deploy/chart/selvedge with its default values by \`make manifests\`.
`;

/** Enforcers use the node's network and configure it: no stricter Pod Security Standard lets them. */
const namespace: Manifest = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: {
    name: NAMESPACE,
    labels: {
      "app.kubernetes.io/part-of": "selvedge",
      "pod-security.kubernetes.io/enforce": "privileged",
    },
  },
};

/** What others need comes first. */
const ORDER = [
  "Namespace",
  "CustomResourceDefinition",
  "ServiceAccount",
  "ClusterRole",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
];

const rank = ({ kind }: Manifest): number => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);

/** The chart's objects as one file, with the namespace that Helm makes by itself. */
export const plainManifests = (rendered: readonly Manifest[]): string =>
  HEADER +
  [namespace, ...rendered.toSorted((a, b) => rank(a) - rank(b))]
    .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join("---\n");
