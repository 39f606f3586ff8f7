import type { ExplainInput } from "../analysis/explain/explain-input.ts";
import type { Explanation } from "../analysis/explain/explanation.ts";
import type { KernelCount, KernelLine, KernelWalk } from "../analysis/explain/netfilter/kernel-walk.ts";
import { type KernelView, kernelWalks, plainKernel } from "../analysis/explain/netfilter/kernel-walks.ts";
import { nftablesWords } from "../analysis/explain/netfilter/nftables-words.ts";
import { withCounters } from "../analysis/explain/netfilter/with-counters.ts";
import type { Backend } from "../kernel/variant.ts";
import { iptablesWords } from "../analysis/explain/netfilter/iptables-words.ts";
import { REFUSE_CHAIN } from "../render/names.ts";
import { ruleHash } from "../render/rule-text.ts";
import { UsageError } from "./exit-codes.ts";
import type { ExplainFlags } from "./explain-question.ts";
import { note } from "./note.ts";

/** What this node's kernel tells. */
interface Counts {
  readonly of: (walk: KernelWalk, line: KernelLine) => KernelCount | undefined;
  /** By which rules, and what becomes there of packets that policies deny. */
  readonly view: KernelView;
}

const wordsOf = (backend: Backend | "auto"): KernelView["words"] =>
  backend === "nftables" ? nftablesWords : iptablesWords;

/** What this node's kernel has counted; a rule is known again by its chain and the digest in its comment. */
async function kernelCounts({ backend }: Pick<ExplainFlags, "backend">): Promise<Counts> {
  const [{ processExec }, { standingBackend }, { readCounted }] = await Promise.all([
    import("../kernel/exec.ts"),
    import("../kernel/standing-backend.ts"),
    import("../kernel/counters/read-counted.ts"),
  ]);
  const { backend: standing } = await standingBackend(processExec, backend);
  const counted = await readCounted(processExec, standing).catch((error: unknown) => {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  });
  const isRefusing = counted.IPv4.some(({ chain }) => chain === REFUSE_CHAIN);
  return {
    of: ({ family }, { chain, rule }) => {
      const hash = ruleHash(rule);
      const found = counted[family].find((each) => each.chain === chain && each.hash === hash);
      return found === undefined ? undefined : { packets: found.packets, bytes: found.bytes };
    },
    view: {
      words: wordsOf(standing),
      host: { ...plainKernel.host, denial: isRefusing ? "reject" : "drop" },
    },
  };
}

/** The explanation with the kernel's rules and sets, and where they were asked for the counters of this node. */
export async function withKernel(
  input: ExplainInput,
  explanation: Explanation,
  flags: Pick<ExplainFlags, "counters" | "backend">,
): Promise<Explanation> {
  const groupsOn = (view: KernelView) =>
    explanation.groups.map((group) => ({ ...group, walks: kernelWalks(input, group.connection, view) }));
  if (flags.counters !== true)
    return { ...explanation, groups: groupsOn({ ...plainKernel, words: wordsOf(flags.backend) }) };
  const counts = await kernelCounts(flags);
  const counted = groupsOn(counts.view).map((group) => ({
    group,
    ...withCounters(group.walks, counts.of),
  }));
  if (!counted.some(({ isHere }) => isHere))
    note("this node's kernel has none of these rules: no end is a pod of it, or no enforcer runs");
  return { ...explanation, groups: counted.map(({ group, walks }) => ({ ...group, walks })) };
}
