import { nftablesLayout } from "../../render/nftables/nftables.ts";
import type { KernelBackend, KernelReader, PlanWriter } from "../backend.ts";
import { type Exec, inBackground } from "../exec.ts";
import { SavedChains } from "../saved-chains.ts";
import type { NftSessions } from "../session/nft-sessions.ts";
import type { NftWriter } from "../session/nft-writer.ts";
import type { NftWitness, WatchedPart } from "../witness/nft-witness.ts";
import { carryOutNftables } from "./carry-out.ts";
import { readListedChain } from "./listed-chain.ts";
import { nftProcesses } from "./nft-processes.ts";
import { planNftables } from "./plan-nftables.ts";
import { readNftSets } from "./read-nft-sets.ts";
import { readNftables } from "./read-nftables.ts";
import { SetRooms } from "./set-rooms.ts";
import { signedScripts } from "./signed-scripts.ts";

const planWriter = (writer: NftWriter, witness: NftWitness | undefined): PlanWriter => {
  const signed = witness === undefined ? writer : signedScripts(writer, witness.signature);
  return { carryOut: (legs) => carryOutNftables(signed, legs), commands: writer.commands };
};

/** All of both tables; as in `add ct helper ip selvedge name`. */
export const nftablesWatched: WatchedPart = {
  sees: "rules and sets",
  lines: /^\S+ (?:ct )?\S+ ip6? selvedge(?: |$)/,
};

/**
 * How long nft may try to read beside writes. It begins again whenever somebody writes to nftables, and would begin forever where
 * that is more often than it can read.
 */
const BESIDE_MS = 20_000;

/** Two tables of nftables that are all ours. Without sessions every write is a process; what is written is signed for the witness. */
export function nftablesBackend(exec: Exec, sessions?: NftSessions, witness?: NftWitness): KernelBackend {
  const chains = new SavedChains(readListedChain);
  const rooms = new SetRooms();
  const reader = (by: Exec): KernelReader => ({
    read: () => readNftables(by, chains),
    readSets: () => readNftSets(by),
    // nft lists sets of one moment with the elements of another, or none, where somebody writes meanwhile.
    tearsSets: true,
  });
  return {
    layout: nftablesLayout,
    reader: reader(exec),
    readerBeside: reader((request) => inBackground(exec)({ timeoutMs: BESIDE_MS, ...request })),
    plan: (standing, wanted) => planNftables(standing, wanted, rooms),
    writers: () => {
      const processes = nftProcesses(exec);
      const kept = sessions?.writer(processes);
      return { processes: planWriter(processes, witness), kept: kept && planWriter(kept, witness) };
    },
    kept: sessions,
    witness,
  };
}
