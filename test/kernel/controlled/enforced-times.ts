import type { KubeClient } from "../../../src/kube/client.ts";
import { apply, remove } from "../../../src/lab/cluster/objects.ts";
import { networkPolicy } from "../enforcer/playground.ts";
import { untilEnforced } from "./conditions.ts";

/** Policies that are created one after the other, and concern every pod of a namespace: until each is Enforced, in milliseconds. */
export async function enforcedTimes(
  client: KubeClient,
  namespace: string,
  rounds: number,
): Promise<readonly number[]> {
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const name = `timed-${round}`;
    const enforced = await untilEnforced(client, `${namespace}/${name}`);
    const began = performance.now();
    try {
      await apply(client, networkPolicy(name, { podSelector: {}, ingress: [{}] }, namespace));
      await enforced.seen;
      took.push(performance.now() - began);
    } finally {
      await enforced.end();
    }
    await remove(client, { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", namespace, name });
  }
  return took.toSorted((a, b) => a - b);
}

/** Of times in order. */
export const quantile = (times: readonly number[], share: number): number =>
  times[Math.max(0, Math.ceil(share * times.length) - 1)] ?? Number.NaN;
