import { iptablesLayout } from "../render/iptables.ts";
import type { KernelBackend, KernelReader, PlanWriter } from "./backend.ts";
import { type Exec, inBackground } from "./exec.ts";
import { processWriter } from "./process-writer.ts";
import { readSets, readStanding } from "./read.ts";
import { SavedChains } from "./saved-chains.ts";
import type { KernelSessions } from "./session/kernel-sessions.ts";
import { signedTables } from "./signed-tables.ts";
import type { Variant } from "./variant.ts";
import { carryOutWalk } from "./walk/carry-out-walk.ts";
import { planWalk } from "./walk/plan-walk.ts";
import type { NftWitness, WatchedPart } from "./witness/nft-witness.ts";
import type { KernelWriter } from "./writer.ts";

const planWriter = (writer: KernelWriter, witness: NftWitness | undefined): PlanWriter => {
  const signed = witness === undefined ? writer : signedTables(writer, witness.signature);
  return { carryOut: (legs) => carryOutWalk(signed, legs), commands: writer.commands };
};

/** What becomes of chains, as a renamed one is told by its new name alone; and of rules in ours and in those that lead there. */
export const iptablesWatched: WatchedPart = {
  sees: "rules",
  lines:
    /^\S+ (?:(?:table|chain) ip6? (?:mangle|filter)\b|rule ip6? (?:mangle|filter) (?:SV-|SELVEDGE-|(?:FORWARD|OUTPUT|POSTROUTING) ))/,
};

/** How long one may try to read beside writes: iptables-nft-save begins again whenever somebody writes to nftables. */
const BESIDE_MS = 20_000;

/** Tables of one iptables, and ipsets. Without sessions every write is a process; iptables-nft's are signed for a witness. */
export function iptablesBackend(
  exec: Exec,
  variant: Variant,
  sessions?: KernelSessions,
  witness?: NftWitness,
): KernelBackend {
  const chains = new SavedChains();
  const reader = (by: Exec): KernelReader => ({
    read: (wanted) => readStanding(by, variant, wanted, chains),
    readSets: () => readSets(by),
    tearsSets: false,
  });
  return {
    layout: iptablesLayout,
    reader: reader(exec),
    readerBeside: reader((request) => inBackground(exec)({ timeoutMs: BESIDE_MS, ...request })),
    plan: planWalk,
    writers: () => {
      const processes = processWriter(exec, variant);
      const kept = sessions?.writer(processes);
      return { processes: planWriter(processes, witness), kept: kept && planWriter(kept, witness) };
    },
    kept: sessions,
    witness,
  };
}
