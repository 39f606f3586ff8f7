import { stringify } from "yaml";
import type { Pod } from "../../src/core/cluster.ts";
import type { Cluster } from "../../src/core/compile.ts";
import type { NetworkPolicy } from "../../src/core/network-policy.ts";
import { bitsOfAddress, textOfBits } from "./bits.ts";

function podManifest(pod: Pod): unknown {
  const { namespace, name, labels, addresses, ports, node, hostNetwork, finished, createdAt } = pod;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name, labels, creationTimestamp: new Date(createdAt).toISOString() },
    spec: {
      ...(node === undefined ? {} : { nodeName: node }),
      ...(hostNetwork ? { hostNetwork } : {}),
      containers: [
        {
          ports: ports.map((port) => ({
            name: port.name,
            protocol: port.protocol,
            containerPort: port.port,
          })),
        },
      ],
    },
    status: {
      phase: finished ? "Succeeded" : "Running",
      podIPs:
        addresses === "unknown"
          ? "unknown"
          : addresses.map((each) => ({ ip: textOfBits(bitsOfAddress(each)) })),
    },
  };
}

const policyManifest = ({ namespace, name, spec }: NetworkPolicy): unknown => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { namespace, name },
  spec,
});

/** The cluster as people write it down, for a failing case: what is `invalid` stands as that word. */
export function manifests({ namespaces, pods, policies }: Cluster): string {
  const objects = [
    ...namespaces.map(({ name, labels }) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels },
    })),
    ...pods.map(podManifest),
    ...policies.map(policyManifest),
  ];
  return objects.map((object) => stringify(object)).join("---\n");
}
