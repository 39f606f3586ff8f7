import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { inNetns } from "../enter.ts";
import { launch } from "../launch.ts";
import { LAB_MARK } from "../names.ts";
import type { LabNode } from "../node.ts";

const FORWARDER = fileURLToPath(new URL("./forwarder.ts", import.meta.url));

/**
 * Opens a node's loopback port onto a unix socket of this machine (the API server's). Ready when this
 * resolves; it lives until teardown. The socket may come, go and come back.
 *
 * @returns the process id.
 */
export function startForwarder(node: LabNode, port: number, socketPath: string): Promise<number> {
  const [command, ...enter] = inNetns(node.netnsPath);
  return launch({
    what: `forwarder of ${node.name}`,
    command,
    args: [...enter, process.execPath, FORWARDER, String(port), socketPath],
    env: { [LAB_MARK]: node.lab.name },
    logFile: join(node.dir, "forwarder.log"),
  });
}
