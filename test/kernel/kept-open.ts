import type { KernelBackend } from "../../src/kernel/backend.ts";
import type { Exec } from "../../src/kernel/exec.ts";
import { iptablesBackend, iptablesWatched } from "../../src/kernel/iptables-backend.ts";
import { nftablesBackend, nftablesWatched } from "../../src/kernel/nftables/nftables-backend.ts";
import { KernelSessions } from "../../src/kernel/session/kernel-sessions.ts";
import { NftSessions } from "../../src/kernel/session/nft-sessions.ts";
import type { SessionDoor } from "../../src/kernel/session/session-door.ts";
import { NftWitness } from "../../src/kernel/witness/nft-witness.ts";
import type { EnforcerBackend } from "../../src/lab/backend.ts";

interface KeptOpen {
  /** Until they are tried again after trouble. */
  readonly restMs: number;
  /** Until what writes rules must have answered. */
  readonly patienceMs?: number;
}

/** What an enforcer of this backend holds its program in, written by tools that are kept open; others' writes are watched. */
export function keptOpen(
  backend: EnforcerBackend,
  exec: Exec,
  door: SessionDoor,
  { restMs, patienceMs = 10_000 }: KeptOpen,
): KernelBackend {
  if (backend === "nftables")
    return nftablesBackend(
      exec,
      new NftSessions(door, { restMs, patienceMs }),
      new NftWitness(door, nftablesWatched),
    );
  const sessions = new KernelSessions(door, backend, { restMs, tablePatienceMs: patienceMs });
  const witness = backend === "nft" ? new NftWitness(door, iptablesWatched) : undefined;
  return iptablesBackend(exec, backend, sessions, witness);
}
