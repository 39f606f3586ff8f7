import { kubectl } from "../../cluster/rig/kubectl.ts";

/** Creates or changes objects, as whoever installs something does. */
export async function apply(...objects: readonly object[]): Promise<void> {
  const list = { apiVersion: "v1", kind: "List", items: objects };
  await kubectl(["apply", "-f", "-"], JSON.stringify(list));
}

/** One object, or a list of them, as the API server has it. */
export async function get<T>(...args: readonly string[]): Promise<T> {
  return JSON.parse(await kubectl(["get", ...args, "-o", "json"])) as T;
}

/** Deletes, and waits until it is gone. */
export async function remove(...args: readonly string[]): Promise<void> {
  await kubectl(["delete", "--ignore-not-found", "--wait", ...args]);
}
