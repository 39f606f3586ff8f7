import type { Exec } from "../../src/kernel/exec.ts";
import type { KernelState } from "../../src/kernel/state.ts";
import type { EnforcerBackend } from "../../src/lab/backend.ts";
import { backendOf } from "./backend-of.ts";

/** What of ours stands in a kernel; throws where it cannot be told for both families. */
export async function standingIn(exec: Exec, backend: EnforcerBackend): Promise<KernelState> {
  const { state, unread } = await backendOf(backend, exec).reader.read(undefined);
  for (const [family, message] of unread) throw new Error(`${family}: ${message}`);
  return state;
}
