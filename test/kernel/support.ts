import { describe } from "vitest";
import { missingForLab } from "../../src/lab/missing-for-lab.ts";

let known: { readonly reason: string | undefined } | undefined;

/** What this machine lacks for tests with real packets, in words; undefined if it lacks nothing. */
function kernelReason(): string | undefined {
  known ??= { reason: missingForLab() };
  return known.reason;
}

/** A `describe` that is skipped, with the reason in its name, where the kernel's tests cannot run. */
export function describeKernel(name: string, body: () => void): void {
  const reason = kernelReason();
  if (reason === undefined) describe(name, body);
  else describe.skip(`${name} [skipped: ${reason}]`, body);
}
