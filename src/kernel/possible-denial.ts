import type { Host } from "../render/host.ts";
import { type Exec, prefixExec } from "./exec.ts";
import type { Variant } from "./variant.ts";

/** One of each sort of rule that refuses, as commands without their program. */
const RULES = [
  "-t mangle -A FORWARD -m ttl --ttl-eq 1 -j TTL --ttl-set 0",
  "-t filter -A FORWARD -p tcp -j REJECT --reject-with tcp-reset",
  "-t filter -A FORWARD -j REJECT --reject-with icmp-port-unreachable",
] as const;

/** A rule that needs nothing that other rules of ours do not. */
const PLAIN = "-t mangle -A FORWARD -m comment --comment probe -j RETURN";

/** What iptables says where the kernel, asked for an extension's revision, does not know the extension. */
const IS_MISSING = /not supported, missing kernel module/;

/**
 * What can become of denied packets: what is asked for, but `drop` where the kernel surely cannot refuse. It is tried in a
 * network namespace that ends with it, where a plain rule works and one of these does not. Where no namespace is to be had,
 * as in a container without CAP_SYS_ADMIN, the kernel is asked with rules that are looked for and not added; without a clear no
 * it is tried in earnest. IPv6 is not asked: its modules come with those.
 */
export async function possibleDenial(
  exec: Exec,
  variant: Variant,
  asked: Host["denial"],
): Promise<Host["denial"]> {
  if (asked === "drop") return asked;
  const apart = prefixExec(exec, ["unshare", "--net", "--"]);
  const sh = (run: Exec, rule: string): ReturnType<Exec> =>
    // Waits for the lock of iptables-legacy, which is one for all network namespaces.
    run({ command: "sh", args: ["-ec", `iptables-${variant} -w 10 ${rule}`] });
  const takes = async (rule: string): Promise<boolean> => (await sh(apart, rule)).code === 0;
  if ((await Promise.all(RULES.map(takes))).every(Boolean)) return asked;
  if (await takes(PLAIN)) return "drop";
  const looks = await Promise.all(RULES.map((rule) => sh(exec, rule.replace(" -A ", " -C "))));
  return looks.some(({ stderr }) => IS_MISSING.test(stderr)) ? "drop" : asked;
}
