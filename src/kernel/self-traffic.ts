import type { Host } from "../render/host.ts";
import { type Exec, prefixExec } from "./exec.ts";
import type { Variant } from "./variant.ts";

/** The shortest program that there is. */
const BPF = '-m bpf --bytecode "1,6 0 0 0"';

/**
 * Tries in a network namespace that ends with it whether the kernel has xt_bpf. `listed` only where it surely has not: a
 * rule of the same table works, and this one does not. Where no namespace is to be had, `bpf` is tried in earnest.
 */
export async function findSelfTraffic(exec: Exec, variant: Variant): Promise<Host["selfTraffic"]> {
  const apart = prefixExec(exec, ["unshare", "--net", "--"]);
  const takes = async (match: string): Promise<boolean> => {
    // Waits for the lock of iptables-legacy, which is one for all network namespaces.
    const script = `iptables-${variant} -w 10 -t mangle -A FORWARD ${match} -j RETURN`;
    return (await apart({ command: "sh", args: ["-ec", script] })).code === 0;
  };
  if (await takes(BPF)) return "bpf";
  return (await takes("-m comment --comment probe")) ? "listed" : "bpf";
}
