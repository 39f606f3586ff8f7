import { nftablesLayout } from "../../render/nftables/nftables.ts";
import type { KernelBackend, KernelReader, PlanWriter } from "../backend.ts";
import { type Exec, inBackground } from "../exec.ts";
import { SavedChains } from "../saved-chains.ts";
import type { NftSessions } from "../session/nft-sessions.ts";
import type { NftWriter } from "../session/nft-writer.ts";
import { carryOutNftables } from "./carry-out.ts";
import { readListedChain } from "./listed-chain.ts";
import { nftProcesses } from "./nft-processes.ts";
import { planNftables } from "./plan-nftables.ts";
import { readNftables } from "./read-nftables.ts";

const planWriter = (writer: NftWriter): PlanWriter => ({
  carryOut: (legs) => carryOutNftables(writer, legs),
  commands: writer.commands,
});

/** Two tables of nftables that are all ours. Without sessions every write is a process. */
export function nftablesBackend(exec: Exec, sessions?: NftSessions): KernelBackend {
  const chains = new SavedChains(readListedChain);
  const reader = (by: Exec): KernelReader => {
    const read = () => readNftables(by, chains);
    return { read, readSets: async () => (await read()).state.sets };
  };
  return {
    layout: nftablesLayout,
    reader: reader(exec),
    readerBeside: reader(inBackground(exec)),
    plan: planNftables,
    writers: () => {
      const processes = nftProcesses(exec);
      const kept = sessions?.writer(processes);
      return { processes: planWriter(processes), kept: kept && planWriter(kept) };
    },
    kept: sessions,
  };
}
