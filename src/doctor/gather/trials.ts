import { type Exec, prefixExec } from "../../kernel/exec.ts";
import type { Variant } from "../../kernel/variant.ts";
import type { Known, Trial } from "../facts.ts";

interface Attempt {
  readonly feature: string;
  readonly module: string;
  readonly script: string;
}

const SET_TYPES = ["hash:ip", "hash:net", "hash:ip,port"];

/** One of each sort that the renderer writes; the bytecode is the shortest there is. */
const RULES: readonly (readonly [feature: string, module: string, rule: string])[] = [
  ["-m set", "xt_set", "-m set --match-set probe src"],
  ["-m bpf", "xt_bpf", '-m bpf --bytecode "1,6 0 0 0"'],
  ["-m conntrack", "xt_conntrack", "-m conntrack --ctstate NEW"],
  ["-m comment", "xt_comment", "-m comment --comment probe"],
  ["-m addrtype", "xt_addrtype", "-m addrtype ! --src-type LOCAL"],
  ["-m multiport", "xt_multiport", "-p tcp -m multiport --dports 1,2"],
  ["-m limit", "xt_limit", "-m limit --limit 10/second"],
  ["NFLOG", "xt_NFLOG", "-j NFLOG --nflog-group 86"],
];

function attempts(variant: Variant): Attempt[] {
  // Waits for the lock of iptables-legacy, which is one for all network namespaces.
  const add = (program: string, rule: string): string =>
    `ipset create probe hash:ip; ${program}-${variant} -w 10 -t mangle -A FORWARD ${rule}`;
  return [
    ...SET_TYPES.map((type) => ({
      feature: `ipset ${type}`,
      module: `ip_set_${type.replaceAll(/\W/g, "_").replace("ip_port", "ipport")}`,
      script: `ipset create probe ${type}`,
    })),
    ...RULES.map(([feature, module, rule]) => ({ feature, module, script: add("iptables", rule) })),
    {
      feature: "ip6tables",
      module: "ip6table_mangle",
      script: add("ip6tables", "-p ipv6-icmp -m icmp6 --icmpv6-type 133"),
    },
  ];
}

/**
 * Tries everything that our rules are made of, each in a network namespace that ends with it: nothing that stands on the
 * node is touched. The kernel may load modules on the way, as it does for the enforcer.
 */
export async function tryKernel(exec: Exec, variant: Variant): Promise<Known<readonly Trial[]>> {
  const apart = prefixExec(exec, ["unshare", "--net", "--"]);
  const { code, stderr } = await apart({ command: "true", args: [] });
  if (code !== 0) return { kind: "unknown", why: stderr.trim() || `unshare: exit ${code}` };
  const value = await Promise.all(
    attempts(variant).map(async ({ feature, module, script }): Promise<Trial> => {
      const tried = await apart({ command: "sh", args: ["-ec", script] });
      const said = tried.stderr.trim().replaceAll(/\s*\n\s*/g, " ") || `exit ${tried.code}`;
      return { feature, module, refused: tried.code === 0 ? undefined : said };
    }),
  );
  return { kind: "known", value };
}
