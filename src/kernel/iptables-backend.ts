import { iptablesLayout } from "../render/iptables.ts";
import type { KernelBackend, KernelReader, PlanWriter } from "./backend.ts";
import { type Exec, inBackground } from "./exec.ts";
import { processWriter } from "./process-writer.ts";
import { readSets, readStanding } from "./read.ts";
import { SavedChains } from "./saved-chains.ts";
import type { KernelSessions } from "./session/kernel-sessions.ts";
import type { Variant } from "./variant.ts";
import { carryOutWalk } from "./walk/carry-out-walk.ts";
import { planWalk } from "./walk/plan-walk.ts";
import type { KernelWriter } from "./writer.ts";

const planWriter = (writer: KernelWriter): PlanWriter => ({
  carryOut: (legs) => carryOutWalk(writer, legs),
  commands: writer.commands,
});

/** Tables of one iptables, and ipsets. Without sessions every write is a process. */
export function iptablesBackend(exec: Exec, variant: Variant, sessions?: KernelSessions): KernelBackend {
  const chains = new SavedChains();
  const reader = (by: Exec): KernelReader => ({
    read: (wanted) => readStanding(by, variant, wanted, chains),
    readSets: () => readSets(by),
  });
  return {
    layout: iptablesLayout,
    reader: reader(exec),
    readerBeside: reader(inBackground(exec)),
    plan: planWalk,
    writers: () => {
      const processes = processWriter(exec, variant);
      const kept = sessions?.writer(processes);
      return { processes: planWriter(processes), kept: kept && planWriter(kept) };
    },
    kept: sessions,
  };
}
