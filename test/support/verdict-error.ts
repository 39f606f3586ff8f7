import type { Cluster } from "../../src/core/compile.ts";
import type { Flow } from "../../src/core/traffic.ts";
import { type Bits, textOfBits } from "./bits.ts";
import { manifests } from "./manifests.ts";

export const flowText = (flow: Flow): string =>
  flow.protocol === "other" ? "other protocols" : `${flow.protocol} ${flow.port}`;

export const wayText = (source: Bits, destination: Bits, flow: Flow): string =>
  `${textOfBits(source)} -> ${textOfBits(destination)} ${flowText(flow)}`;

/** Two answers that differ, and the cluster as YAML to try them on. */
export function disagreement(
  cluster: Cluster,
  way: string,
  answers: Readonly<Record<string, string>>,
): Error {
  const said = Object.entries(answers).map(([who, what]) => `  ${who}: ${what}`);
  return new Error([way, ...said, "", manifests(cluster)].join("\n"));
}
