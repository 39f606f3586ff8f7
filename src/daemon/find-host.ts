import type { Logger } from "pino";
import type { Exec } from "../kernel/exec.ts";
import { tryNftRefusal, tryNftables } from "../kernel/nftables/trials.ts";
import { possibleDenial } from "../kernel/possible-denial.ts";
import { findSelfTraffic } from "../kernel/self-traffic.ts";
import type { Backend, Variant } from "../kernel/variant.ts";
import { type Host, plainHost } from "../render/host.ts";

/** What is known of a node's kernel before the first pass. */
export type FoundHost = Pick<Host, "selfTraffic" | "denial">;

async function iptablesHost(
  exec: Exec,
  variant: Variant,
  asked: Host["denial"],
  log: Logger,
): Promise<FoundHost> {
  const selfTraffic = await findSelfTraffic(exec, variant);
  if (selfTraffic === "listed")
    log.warn("the kernel has no xt_bpf: a rule for each isolated pod stands in its place");
  const denial = await possibleDenial(exec, variant, asked);
  if (denial !== asked)
    log.warn("the kernel cannot refuse (REJECT, TTL and HL): what policies deny is dropped in silence");
  return { selfTraffic, denial };
}

/**
 * Says what the kernel does not take and goes on: what stands stays in force, each pass says what could not be written, and a module
 * that is loaded later is found by the next.
 */
async function nftablesHost(exec: Exec, asked: Host["denial"], log: Logger): Promise<FoundHost> {
  const [needed, refusal] = await Promise.all([
    tryNftables(exec),
    asked === "reject" ? tryNftRefusal(exec) : [],
  ]);
  const isRefused = ({ refused }: { readonly refused: string | undefined }): boolean => refused !== undefined;
  const missing = needed.filter(isRefused);
  const [why, ...others] = new Set(missing.map(({ refused }) => refused));
  // Then it is not the kernel that lacks them: there is no nft, or it may do nothing.
  if (missing.length === needed.length && others.length === 0)
    log.error(
      { why },
      "nft can write nothing: what stands stays in force, and nothing new is enforced until it can",
    );
  else if (missing.length > 0)
    log.error(
      { missing: missing.map(({ feature, module, refused }) => `${feature} (${module}): ${refused}`) },
      "the kernel does not take what rules of nftables are made of: nothing new is enforced until it does",
    );
  // Where nothing works, that refusing does not says nothing about refusing.
  const isDropped = missing.length === 0 && refusal.some(isRefused);
  if (isDropped) log.warn("the kernel cannot refuse (nft_reject): what policies deny is dropped in silence");
  const { selfTraffic } = plainHost;
  return { selfTraffic, denial: isDropped ? "drop" : asked };
}

/** Tries what this kernel takes of what a backend writes, and says in the log what it does not. */
export const findHost = (
  exec: Exec,
  backend: Backend,
  asked: Host["denial"],
  log: Logger,
): Promise<FoundHost> =>
  backend === "nftables" ? nftablesHost(exec, asked, log) : iptablesHost(exec, backend, asked, log);
