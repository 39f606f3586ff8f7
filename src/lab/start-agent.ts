import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { AgentHandle } from "./agent/handle.ts";
import type { AgentConfig } from "./agent/protocol.ts";
import type { LabContext } from "./context.ts";
import { inNetns } from "./enter.ts";
import { launch } from "./launch.ts";
import { LAB_MARK } from "./names.ts";

const AGENT = fileURLToPath(new URL("./agent/agent.ts", import.meta.url));

/** Who an agent is, and in which network namespace. */
export interface AgentPlace extends Omit<AgentConfig, "socket"> {
  /** Names its files; one agent of the lab each. */
  readonly id: string;
  readonly netnsPath: string;
}

/** An agent that runs. */
export interface RunningAgent {
  readonly agent: AgentHandle;
  readonly pid: number;
}

/** Where an agent takes commands. */
export function agentSocket(lab: LabContext, id: string): string {
  return join(lab.dir, "agents", `${id}.sock`);
}

/** Starts an agent; resolves when all of its listeners are open. */
export async function startAgent(lab: LabContext, place: AgentPlace): Promise<RunningAgent> {
  const { id, netnsPath, name, addresses, ports } = place;
  await mkdir(join(lab.dir, "agents"), { recursive: true });
  const config: AgentConfig = { name, addresses, ports, socket: agentSocket(lab, id) };
  const [command, ...enter] = inNetns(netnsPath);
  const pid = await launch({
    what: `agent of ${name}`,
    command,
    args: [...enter, process.execPath, AGENT, JSON.stringify(config)],
    env: { [LAB_MARK]: lab.name },
    logFile: join(lab.dir, "agents", `${id}.log`),
  });
  return { agent: await AgentHandle.connect(name, config.socket), pid };
}
