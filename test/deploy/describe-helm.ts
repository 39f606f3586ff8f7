import { existsSync } from "node:fs";
import { describe } from "vitest";
import { helmProgram } from "../../scripts/deploy/helm.ts";

/** A `describe` that is skipped, with the reason in its name, where Helm has not been built. */
export function describeHelm(name: string, body: () => void): void {
  if (existsSync(helmProgram())) describe(name, body);
  else describe.skip(`${name} [skipped: needs Helm: make helm]`, body);
}
