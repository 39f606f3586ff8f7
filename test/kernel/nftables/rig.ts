import { onTestFinished } from "vitest";
import type { Cluster } from "../../../src/core/compile.ts";
import { compile } from "../../../src/core/compile.ts";
import { livePods } from "../../../src/core/live-pods.ts";
import { nodeProgram } from "../../../src/core/node-program.ts";
import type { GateScope } from "../../../src/core/start-gate.ts";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { type Exec, type ExecRequest, processExec } from "../../../src/kernel/exec.ts";
import { nftablesBackend } from "../../../src/kernel/nftables/nftables-backend.ts";
import { SavedChains } from "../../../src/kernel/saved-chains.ts";
import { readListedChain } from "../../../src/kernel/nftables/listed-chain.ts";
import { readNftSets } from "../../../src/kernel/nftables/read-nft-sets.ts";
import { readNftables } from "../../../src/kernel/nftables/read-nftables.ts";
import { NftSessions } from "../../../src/kernel/session/nft-sessions.ts";
import {
  type SessionDoor,
  prefixSessionDoor,
  processSessionDoor,
} from "../../../src/kernel/session/session-door.ts";
import type { KernelState } from "../../../src/kernel/state.ts";
import type { Host } from "../../../src/render/host.ts";
import { renderNftables } from "../../../src/render/nftables/nftables.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { must } from "../../support/must.ts";
import { type OwnNetns, ownNetns } from "../own-netns.ts";

/** A node's kernel in a network namespace of its own, written by the real nft. */
export interface NftRig {
  readonly netns: OwnNetns;
  readonly kernel: NodeKernel;
  /** As of an enforcer that starts anew: it knows nothing of what was written before. */
  readonly another: () => NodeKernel;
  /** The same, which writes by an nft that is kept open. */
  readonly keeping: (door?: SessionDoor) => NodeKernel;
  /** Every process that was run, oldest first. */
  readonly ran: ExecRequest[];
  readonly exec: Exec;
  /** The processes that run in the namespace. */
  readonly running: () => Promise<readonly string[]>;
  /** Kills every program that runs in the namespace, as the kernel does that is out of memory; how many. */
  readonly killAll: () => Promise<number>;
  readonly read: () => Promise<KernelState>;
  readonly readSets: () => Promise<KernelState["sets"]>;
}

/** Another's tables, which stand before ours: nft lists the sets of all where it is asked for those of one. */
const NEIGHBOURS = ["ip", "ip6"]
  .map((header) => {
    const type = header === "ip" ? "ipv4_addr" : "ipv6_addr";
    return `table ${header} theirs {
  set SV4-self {
    type ${type}
  }
  chain SV-INGRESS {
  }
}
`;
  })
  .join("");

/** Ends with the test. */
export async function nftRig(): Promise<NftRig> {
  const netns = await ownNetns();
  await netns.sh("nft -f -", NEIGHBOURS);
  const kept: NodeKernel[] = [];
  onTestFinished(async () => {
    await Promise.all(kept.map((kernel) => kernel.close()));
    await netns.remove();
  });
  const ran: ExecRequest[] = [];
  const exec: Exec = (request) => {
    ran.push(request);
    return netns.exec(request);
  };
  const another = (): NodeKernel => new NodeKernel(nftablesBackend(exec));
  const running = async (): Promise<readonly string[]> => {
    const { stdout } = await processExec({ command: "ip", args: ["netns", "pids", must(netns.enter[3])] });
    return stdout.split("\n").filter((pid) => pid !== "");
  };
  const keeping: NftRig["keeping"] = (door = processSessionDoor) => {
    const sessions = new NftSessions(prefixSessionDoor(door, netns.enter), { restMs: 1 });
    const kernel = new NodeKernel(nftablesBackend(exec, sessions));
    kept.push(kernel);
    return kernel;
  };
  return {
    netns,
    kernel: another(),
    another,
    keeping,
    ran,
    exec,
    running,
    killAll: async () => {
      const pids = await running();
      // Some may have ended meanwhile.
      await processExec({ command: "kill", args: ["-9", ...pids] });
      return pids.length;
    },
    readSets: () => readNftSets(netns.exec),
    read: async () => (await readNftables(netns.exec, new SavedChains(readListedChain))).state,
  };
}

export const nftRulesetOf = (cluster: Cluster, node: string, scope?: GateScope, host?: Host): Ruleset =>
  renderNftables(nodeProgram(compile(cluster), node, livePods(cluster.pods), scope), host);

/** Whether a program was run to change what stands. */
export const isWrite = ({ input = "" }: ExecRequest): boolean => input !== "";
