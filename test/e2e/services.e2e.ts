import { afterEach, beforeAll, describe, it } from "vitest";
import { netnsOf } from "../cluster/rig/home.ts";
import { hostOf, plan } from "../cluster/rig/shape.ts";
import { apply, get, remove } from "./support/api.ts";
import { closes, opens } from "./support/connects.ts";
import { useNamespace } from "./support/namespace.ts";
import { podManifest, PORT, readyPod, type RunningPod } from "./support/pod.ts";
import { denyAll, policy } from "./support/policy.ts";

interface Service {
  readonly spec: { readonly clusterIP: string; readonly ports: readonly { readonly nodePort: number }[] };
}

const HOST_PORT = 31999;
const nodeAddress = (index: number): string => plan.lan.v4(hostOf(index));
/** A host beside the nodes. */
const outside = `/run/netns/${netnsOf("cp")}`;

describe("Services", () => {
  const namespace = useNamespace("e2e-services");
  let server: RunningPod;

  const service = async (name: string, spec: object): Promise<Service> => {
    const ports = [{ port: PORT, protocol: "TCP" }];
    const selector = { name: "server" };
    await apply({
      apiVersion: "v1",
      kind: "Service",
      metadata: { namespace, name },
      spec: { selector, ports, ...spec },
    });
    return get<Service>("service", name, "-n", namespace);
  };
  const nodePort = async (externalTrafficPolicy: "Cluster" | "Local"): Promise<number> => {
    const name = `node-port-${externalTrafficPolicy.toLowerCase()}`;
    const { spec } = await service(name, { type: "NodePort", externalTrafficPolicy });
    return spec.ports[0]?.nodePort ?? 0;
  };
  /** Lets blocks in beside default-deny. */
  const allowFrom = (...cidrs: readonly string[]): Promise<void> =>
    apply(
      policy(namespace, "allow-block", {
        podSelector: { matchLabels: { name: "server" } },
        policyTypes: ["Ingress"],
        ingress: [{ from: cidrs.map((cidr) => ({ ipBlock: { cidr } })) }],
      }),
    );

  beforeAll(async () => {
    const container = { ports: [{ containerPort: PORT, hostPort: HOST_PORT }] };
    await apply(podManifest({ namespace, name: "server", node: "n1", container }));
    server = await readyPod(namespace, "server");
  });

  afterEach(() => remove("networkpolicy", "--all", "-n", namespace));

  it("lead a pod back to itself under default-deny", async () => {
    const { spec } = await service("itself", {});
    await opens(server.netnsPath, spec.clusterIP);
    await apply(denyAll(namespace));
    // Another's way through the same address closes, so that the policy is known to hold.
    await closes(outside, server.ip);
    await opens(server.netnsPath, spec.clusterIP);
  });

  it("of type NodePort show the client's address with the traffic policy Local", async () => {
    const port = await nodePort("Local");
    await opens(outside, nodeAddress(1), port);
    await apply(denyAll(namespace));
    await closes(outside, nodeAddress(1), port);
    await allowFrom(`${plan.lan.v4(plan.controlPlane)}/32`);
    await opens(outside, nodeAddress(1), port);
    await allowFrom(`${nodeAddress(2)}/32`);
    await closes(outside, nodeAddress(1), port);
  });

  it("of type NodePort show the other node's address with the traffic policy Cluster", async () => {
    const port = await nodePort("Cluster");
    await opens(outside, nodeAddress(2), port);
    await apply(denyAll(namespace));
    await closes(outside, nodeAddress(2), port);
    // The client is masqueraded by the node that it asked: as flannel's device, which has the node's pod block's first address, or
    // without a tunnel as the node itself.
    await allowFrom(plan.pods.v4, `${nodeAddress(2)}/32`);
    await opens(outside, nodeAddress(2), port);
  });

  it("have a neighbour in hostPort, which shows the client's address", async () => {
    await opens(outside, nodeAddress(1), HOST_PORT);
    await apply(denyAll(namespace));
    await closes(outside, nodeAddress(1), HOST_PORT);
    await allowFrom(`${plan.lan.v4(plan.controlPlane)}/32`);
    await opens(outside, nodeAddress(1), HOST_PORT);
  });
});
