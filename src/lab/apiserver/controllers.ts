import type { Change } from "./change-log.ts";
import type { Controller } from "./controller.ts";
import { establishDefinition, registerDefinition } from "./definition-controller.ts";
import type { Environment } from "./environment.ts";
import { collectGarbage } from "./garbage-collector.ts";
import { finishNamespaces } from "./namespace-controller.ts";
import { reapPods } from "./pod-reaper.ts";

/** Who ends a pod that was deleted gracefully: the server at once, or a kubelet of the test's. */
export type PodDeletion = "immediate" | "by-kubelet";

/**
 * Starts the controllers. Custom resources are served with the very write that defines them; all else
 * happens right after the request that caused it, as in a cluster, only sooner. Returns how to stop.
 */
export const startControllers = (env: Environment, podDeletion: PodDeletion): (() => void) => {
  const background: readonly Controller[] = [
    establishDefinition,
    collectGarbage,
    finishNamespaces,
    ...(podDeletion === "immediate" ? [reapPods] : []),
  ];
  const queue: Change[] = [];
  let scheduled: NodeJS.Immediate | undefined;
  const drain = (): void => {
    scheduled = undefined;
    for (const change of queue.splice(0)) for (const controller of background) controller(env, change);
  };
  const unsubscribe = env.store.subscribe((change) => {
    registerDefinition(env, change);
    queue.push(change);
    scheduled ??= setImmediate(drain);
  });
  return () => {
    unsubscribe();
    if (scheduled !== undefined) clearImmediate(scheduled);
  };
};
