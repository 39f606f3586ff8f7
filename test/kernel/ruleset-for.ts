import { type Cluster, compile } from "../../src/core/compile.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { nodeProgram } from "../../src/core/node-program.ts";
import type { GateScope } from "../../src/core/start-gate.ts";
import type { EnforcerBackend } from "../../src/lab/backend.ts";
import { type Host, plainHost } from "../../src/render/host.ts";
import { renderIptables } from "../../src/render/iptables.ts";
import { renderNftables } from "../../src/render/nftables/nftables.ts";
import type { Ruleset } from "../../src/render/ruleset.ts";

const renderers: Readonly<Record<EnforcerBackend, typeof renderIptables>> = {
  legacy: renderIptables,
  nft: renderIptables,
  nftables: renderNftables,
};

/** What a node must hold of a cluster; with a scope, behind the start gate. */
export const rulesetFor = (
  backend: EnforcerBackend,
  cluster: Cluster,
  node: string,
  host: Host = plainHost,
  scope?: GateScope,
): Ruleset => renderers[backend](nodeProgram(compile(cluster), node, livePods(cluster.pods), scope), host);
