import type { Family } from "../backend.ts";
import { serviceFacts } from "./facts.ts";
import { filterTable } from "./filter.ts";
import { HOOKS, type Hook } from "./hooks.ts";
import { natTable } from "./nat.ts";
import type { Service } from "./service.ts";
import { tableText, type Table } from "./table.ts";

/** What one node's rules of one family are made from. */
export interface ProxyInput {
  readonly services: readonly Service[];
  /** The node's name: which endpoints are local. */
  readonly node: string;
  readonly family: Family;
  /** What stands, as `iptables-save` prints it; empty on a fresh node. */
  readonly standing: string;
}

// Chains that come and go with Services and endpoints.
const OF_A_SERVICE = /^KUBE-(?:SVC|SVL|EXT|SEP)-/;

/**
 * What kube-proxy's iptables mode writes, as `iptables-restore --noflush` text (kubernetes,
 * pkg/proxy/iptables): all of its chains anew, chains of Services that are gone removed, hooks that are
 * missing put in front.
 */
export function kubeProxyRules({ services, node, family, standing }: ProxyInput): string {
  const facts = serviceFacts(services, node, family);
  return [filterTable(facts), natTable(facts)]
    .map((table) => {
      const stands = new Set(linesOf(standing, table.name));
      const hooks = HOOKS.filter((hook) => hook.table === table.name && !hasHook(stands, hook));
      const rules = [...hooks.map(({ chain, rule }) => `-I ${chain} 1 ${rule}`), ...table.rules];
      return tableText({ ...table, rules }, staleChains(stands, table));
    })
    .join("");
}

/** The lines of one table in `iptables-save` output. */
function linesOf(saved: string, table: string): string[] {
  const [, after = ""] = saved.split(`*${table}\n`);
  const [body = ""] = after.split("COMMIT\n");
  return body.split("\n");
}

function hasHook(stands: ReadonlySet<string>, { chain, rule }: Hook): boolean {
  return stands.has(`-A ${chain} ${rule}`);
}

function staleChains(stands: ReadonlySet<string>, { chains }: Table): string[] {
  const wanted = new Set(chains);
  return [...stands]
    .flatMap((line) => /^:(\S+)/.exec(line)?.[1] ?? [])
    .filter((chain) => OF_A_SERVICE.test(chain) && !wanted.has(chain));
}
