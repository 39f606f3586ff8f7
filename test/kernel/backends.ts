import type { EnforcerBackend } from "../../src/lab/backend.ts";
import { backendName } from "../../src/kernel/variant.ts";

/** Every way to hold a program in a kernel, for `describe.each`: `$name`. */
export const backends = (["nft", "legacy", "nftables"] as const satisfies EnforcerBackend[]).map(
  (backend) => ({ backend, name: backendName(backend) }),
);
