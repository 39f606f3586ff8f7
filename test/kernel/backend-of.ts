import type { KernelBackend } from "../../src/kernel/backend.ts";
import type { Exec } from "../../src/kernel/exec.ts";
import { iptablesBackend } from "../../src/kernel/iptables-backend.ts";
import { nftablesBackend } from "../../src/kernel/nftables/nftables-backend.ts";
import type { EnforcerBackend } from "../../src/lab/backend.ts";

/** What an enforcer of this backend holds its program in, where every write is a process. */
export const backendOf = (backend: EnforcerBackend, exec: Exec): KernelBackend =>
  backend === "nftables" ? nftablesBackend(exec) : iptablesBackend(exec, backend);
