import type { Host } from "../render/host.ts";
import { type Exec, prefixExec } from "./exec.ts";
import type { Variant } from "./variant.ts";

/** The shortest program that there is. */
const BPF = '-m bpf --bytecode "1,6 0 0 0"';

/** What iptables says on standard error where the kernel, asked for a match's revision, does not know the match. */
const IS_MISSING = /not supported, missing kernel module/;

/**
 * Tries in a network namespace that ends with it whether the kernel has xt_bpf. `listed` only where it surely has not: a
 * rule of the same table works, and this one does not. Where no namespace is to be had, as in a container without
 * CAP_SYS_ADMIN, the kernel is asked with a rule that is looked for and not added; without a clear no, `bpf` is tried in
 * earnest.
 */
export async function findSelfTraffic(exec: Exec, variant: Variant): Promise<Host["selfTraffic"]> {
  const apart = prefixExec(exec, ["unshare", "--net", "--"]);
  const takes = async (match: string): Promise<boolean> => {
    // Waits for the lock of iptables-legacy, which is one for all network namespaces.
    const script = `iptables-${variant} -w 10 -t mangle -A FORWARD ${match} -j RETURN`;
    return (await apart({ command: "sh", args: ["-ec", script] })).code === 0;
  };
  if (await takes(BPF)) return "bpf";
  if (await takes("-m comment --comment probe")) return "listed";
  const script = `iptables-${variant} -w 10 -t mangle -C FORWARD ${BPF} -j RETURN`;
  const { stderr } = await exec({ command: "sh", args: ["-ec", script] });
  return IS_MISSING.test(stderr) ? "listed" : "bpf";
}
