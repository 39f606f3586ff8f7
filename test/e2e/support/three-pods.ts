import { apply } from "./api.ts";
import { closes, opens } from "./connects.ts";
import { podManifest, readyPod, type RunningPod } from "./pod.ts";
import { allowLabelled } from "./policy.ts";

/** A server on the first node, which its friend reaches and its foe does not; both of them on the second node. */
export interface ThreePods {
  readonly server: RunningPod;
  readonly friend: RunningPod;
  readonly foe: RunningPod;
}

/** Ways of traffic between them, for `underTraffic`. */
export const ways = { allowed: ["friend server", "server friend", "server foe"], denied: ["foe server"] };

/** Starts them, and waits until the policy holds. */
export async function threePods(namespace: string): Promise<ThreePods> {
  await apply(
    podManifest({ namespace, name: "server", node: "n1", labels: { role: "server" } }),
    podManifest({ namespace, name: "friend", node: "n2", labels: { role: "friend" } }),
    podManifest({ namespace, name: "foe", node: "n2" }),
  );
  const [server, friend, foe] = [
    await readyPod(namespace, "server"),
    await readyPod(namespace, "friend"),
    await readyPod(namespace, "foe"),
  ];
  await opens(foe.netnsPath, server.ip);
  await apply(allowLabelled(namespace));
  await closes(foe.netnsPath, server.ip);
  await opens(friend.netnsPath, server.ip);
  return { server, friend, foe };
}
