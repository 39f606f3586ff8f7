import { expect } from "vitest";
import { onlyFront, pod } from "../../daemon/fixture.ts";
import type { FailureRig } from "./rig.ts";

/** A guard against hanging, not a bar. */
export const PATIENCE = { timeout: 40_000, interval: 50 };

/** A peer by its label, which has a name of its own. */
const front = (name: string, ip: string) => {
  const made = pod(name, ip, { node: "n2" });
  return { ...made, metadata: { ...made.metadata, labels: { app: "front" } } };
};

/** Two pods of the node that only peers may reach, and three of these. */
export function seedShop({ api }: FailureRig): void {
  for (const each of [
    pod("api", "10.244.1.1"),
    pod("db", "10.244.1.2"),
    front("front1", "10.244.2.1"),
    front("front2", "10.244.2.2"),
    front("front3", "10.244.2.3"),
    onlyFront,
  ])
    api.seed(each);
}

export const ready = ({ enforcer }: FailureRig): Promise<void> =>
  expect.poll(enforcer.notReady, PATIENCE).toBeUndefined();

/** The state that is to be clear: in `/readyz`, in the log, and in the metric. */
export async function isSaid(rig: FailureRig, step: string, message: RegExp): Promise<void> {
  await expect.poll(rig.enforcer.notReady, PATIENCE).toMatch(message);
  expect(rig.enforcer.notReady()).toMatch(new RegExp(`^${step}: `));
  expect(await rig.failed(step)).toBeGreaterThan(0);
  expect(rig.errors()).toContain("could not write; what stood before stays in force");
}
