import { comment } from "./table.ts";

/** A jump from a built-in chain to one of kube-proxy's. */
export interface Hook {
  readonly table: "nat" | "filter";
  readonly chain: string;
  /** Matches and target, as `iptables-save` prints them. */
  readonly rule: string;
}

const NEW = "-m conntrack --ctstate NEW";
const PORTALS = comment("kubernetes service portals");
const EXTERNAL = comment("kubernetes externally-visible service portals");
const FIREWALL = comment("kubernetes load balancer firewall");

/**
 * kube-proxy's `iptablesJumpChains`. It puts each in front of its chain, so the last of a chain comes first.
 */
export const HOOKS: readonly Hook[] = [
  ...["INPUT", "FORWARD"].map((chain) => filterHook(chain, `${NEW} ${EXTERNAL} -j KUBE-EXTERNAL-SERVICES`)),
  filterHook("INPUT", `${comment("kubernetes health check service ports")} -j KUBE-NODEPORTS`),
  ...["FORWARD", "OUTPUT"].map((chain) => filterHook(chain, `${NEW} ${PORTALS} -j KUBE-SERVICES`)),
  filterHook("FORWARD", `${comment("kubernetes forwarding rules")} -j KUBE-FORWARD`),
  ...["INPUT", "OUTPUT", "FORWARD"].map((chain) =>
    filterHook(chain, `${NEW} ${FIREWALL} -j KUBE-PROXY-FIREWALL`),
  ),
  ...["OUTPUT", "PREROUTING"].map((chain) => natHook(chain, `${PORTALS} -j KUBE-SERVICES`)),
  natHook("POSTROUTING", `${comment("kubernetes postrouting rules")} -j KUBE-POSTROUTING`),
];

function filterHook(chain: string, rule: string): Hook {
  return { table: "filter", chain, rule };
}

function natHook(chain: string, rule: string): Hook {
  return { table: "nat", chain, rule };
}
