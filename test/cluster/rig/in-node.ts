import { childOf, started } from "./processes.ts";

/** Words that run a command in all of a node's namespaces, as somebody logged in there. */
export async function inNode(node: string): Promise<readonly string[]> {
  const outer = (await started()).find(({ name }) => name === `node-${node}`);
  const pid = outer === undefined ? undefined : await childOf(outer.pid);
  if (pid === undefined) throw new Error(`node ${node} does not run`);
  return ["nsenter", "-t", `${pid}`, "-n", "-m", "-p", "-u", "-i", "--"];
}
