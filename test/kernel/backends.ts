import { type EnforcerBackend, backendName } from "../../src/lab/backend.ts";

/** Every way to hold a program in a kernel, for `describe.each`: `$name`. */
export const backends = (["nft", "legacy", "nftables"] as const satisfies EnforcerBackend[]).map(
  (backend) => ({ backend, name: backendName(backend) }),
);
