import { afterAll, beforeAll } from "vitest";
import { until } from "../../cluster/rig/until.ts";
import { apply, get, remove } from "./api.ts";

/** A namespace that a file's tests have to themselves; it goes, with all in it, when they are done, and nobody waits for that. */
export function useNamespace(name: string): string {
  beforeAll(async () => {
    await remove("namespace", name);
    await apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await until("the namespace has its service account", () => get("serviceaccount", "default", "-n", name));
  });
  afterAll(() => remove("namespace", name, "--wait=false"));
  return name;
}
