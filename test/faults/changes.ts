import * as fc from "fast-check";
import type { FaultyCluster } from "./faulty-cluster.ts";
import { pod, policy } from "../daemon/controller/fixture.ts";

/** Something that users and kubelets do. */
export type Change =
  | { readonly kind: "policy"; readonly name: string; readonly to: string; readonly from: readonly string[] }
  | { readonly kind: "no policy"; readonly name: string }
  | { readonly kind: "pod"; readonly name: string; readonly app: string; readonly node: string }
  | { readonly kind: "no pod"; readonly name: string };

const apps = ["a", "b", "c"];
const app = fc.constantFrom(...apps);
const policyName = fc.constantFrom("p0", "p1", "p2", "p3");
const podName = fc.constantFrom("x0", "x1", "x2", "x3", "x4");

export const changeArbitrary: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("policy" as const),
      name: policyName,
      to: app,
      from: fc.uniqueArray(app, { maxLength: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("no policy" as const), name: policyName }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("pod" as const),
      name: podName,
      app,
      node: fc.constantFrom("node-a", "node-b"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("no pod" as const), name: podName }) },
);

const POLICIES = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";

const select = (label: string): object => ({ podSelector: { matchLabels: { app: label } } });

/** Does it, past all faults. */
export async function make({ server, client }: FaultyCluster, change: Change): Promise<void> {
  const remove = (path: string): Promise<unknown> =>
    client.request({ method: "DELETE", path }).catch(() => undefined);
  switch (change.kind) {
    case "policy": {
      const spec = { ...select(change.to), ingress: change.from.map((from) => ({ from: [select(from)] })) };
      const body = policy(change.name, spec);
      const path = `${POLICIES}/${change.name}?fieldManager=user&force=true`;
      await client.request({ method: "PATCH", path, body, contentType: "application/apply-patch+yaml" });
      return;
    }
    case "no policy":
      await remove(`${POLICIES}/${change.name}`);
      return;
    case "pod":
      server.seed(
        pod(change.name, { app: change.app }, { ip: `10.0.0.${change.name.slice(1)}`, node: change.node }),
      );
      return;
    case "no pod":
      await remove(`/api/v1/namespaces/default/pods/${change.name}?gracePeriodSeconds=0`);
  }
}
