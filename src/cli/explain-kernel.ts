import type { ExplainInput } from "../analysis/explain/explain-input.ts";
import type { Explanation } from "../analysis/explain/explanation.ts";
import type { KernelCount, KernelLine, KernelWalk } from "../analysis/explain/netfilter/kernel-walk.ts";
import { kernelWalks } from "../analysis/explain/netfilter/kernel-walks.ts";
import { withCounters } from "../analysis/explain/netfilter/with-counters.ts";
import { type Host, plainHost } from "../render/host.ts";
import { REFUSE_CHAIN } from "../render/names.ts";
import { ruleHash } from "../render/rule-text.ts";
import { UsageError } from "./exit-codes.ts";
import type { ExplainFlags } from "./explain-question.ts";
import { note } from "./note.ts";

/** What this node's kernel tells. */
interface Counts {
  readonly of: (walk: KernelWalk, line: KernelLine) => KernelCount | undefined;
  /** What becomes there of packets that policies deny. */
  readonly denial: Host["denial"];
}

/** What this node's kernel has counted; a rule is known again by its chain and the digest in its comment. */
async function kernelCounts({ backend }: Pick<ExplainFlags, "backend">): Promise<Counts> {
  const [{ processExec }, { standingBackend }, { readCounted }] = await Promise.all([
    import("../kernel/exec.ts"),
    import("../kernel/standing-backend.ts"),
    import("../kernel/counters/read-counted.ts"),
  ]);
  const standing = await standingBackend(processExec, backend);
  const counted = await readCounted(processExec, standing).catch((error: unknown) => {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  });
  return {
    of: ({ family }, { chain, rule }) => {
      const hash = ruleHash(rule);
      const found = counted[family].find((each) => each.chain === chain && each.hash === hash);
      return found === undefined ? undefined : { packets: found.packets, bytes: found.bytes };
    },
    denial: counted.IPv4.some(({ chain }) => chain === REFUSE_CHAIN) ? "reject" : "drop",
  };
}

/** The explanation with the kernel's rules and sets, and where they were asked for the counters of this node. */
export async function withKernel(
  input: ExplainInput,
  explanation: Explanation,
  flags: Pick<ExplainFlags, "counters" | "backend">,
): Promise<Explanation> {
  const groupsOn = (host: Host) =>
    explanation.groups.map((group) => ({ ...group, walks: kernelWalks(input, group.connection, host) }));
  if (flags.counters !== true) return { ...explanation, groups: groupsOn(plainHost) };
  const counts = await kernelCounts(flags);
  const counted = groupsOn({ ...plainHost, denial: counts.denial }).map((group) => ({
    group,
    ...withCounters(group.walks, counts.of),
  }));
  if (!counted.some(({ isHere }) => isHere))
    note("this node's kernel has none of these rules: no end is a pod of it, or no enforcer runs");
  return { ...explanation, groups: counted.map(({ group, walks }) => ({ ...group, walks })) };
}
