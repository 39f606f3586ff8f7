import type { Exec } from "../../kernel/exec.ts";
import { callPlugin } from "./plugin.ts";

/** The versions of the specification that this runtime speaks, best first. CHECK came with 0.4.0. */
const SPOKEN: readonly string[] = ["1.0.0", "0.4.0"];

/** Asks every plugin what it speaks (VERSION) and returns the best version that all of them and we do. */
export async function negotiateVersion(
  exec: Exec,
  cniDir: string,
  types: readonly string[],
): Promise<string> {
  const supported = await Promise.all(
    types.map(async (type) => {
      const input = JSON.stringify({ cniVersion: SPOKEN[0] });
      const output = await callPlugin(exec, cniDir, { command: "VERSION", type, input, env: {} });
      return (JSON.parse(output) as { readonly supportedVersions: readonly string[] }).supportedVersions;
    }),
  );
  const best = SPOKEN.find((version) => supported.every((versions) => versions.includes(version)));
  if (best === undefined)
    throw new Error(`CNI plugins ${types.join(", ")}: no version in common among ${SPOKEN.join(", ")}`);
  return best;
}
