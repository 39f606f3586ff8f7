import { childOf, started } from "./processes.ts";

/** A node's PID 1, as this machine counts. */
export async function nodePid(node: string): Promise<number> {
  const outer = (await started()).find(({ name }) => name === `node-${node}`);
  const pid = outer === undefined ? undefined : await childOf(outer.pid);
  if (pid === undefined) throw new Error(`node ${node} does not run`);
  return pid;
}

/** Words that run a command in all of a node's namespaces, as somebody logged in there. */
export const inNode = async (node: string): Promise<readonly string[]> => [
  "nsenter",
  "-t",
  `${await nodePid(node)}`,
  ..."-n -m -p -u -i --".split(" "),
];
