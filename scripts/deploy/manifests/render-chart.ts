import { parseAllDocuments, stringify } from "yaml";
import { helm } from "../helm.ts";

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export const CHART = "deploy/chart/selvedge";
export const NAMESPACE = "selvedge-system";

/** The objects of a stream of YAML documents; empty ones are none. */
export const manifestsOf = (text: string): Manifest[] =>
  parseAllDocuments(text).flatMap((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) throw problem;
    const value = document.toJS() as Manifest | null;
    return value === null ? [] : [value];
  });

/** What Helm makes of the chart with these values beside its own. Throws, in Helm's words, what Helm refuses. */
export async function renderChart(values: unknown = {}): Promise<Manifest[]> {
  const args = ["template", "selvedge", CHART, "--namespace", NAMESPACE, "--values", "-"];
  const { code, stdout, stderr } = await helm(args, stringify(values));
  if (code !== 0) throw new Error(stderr.trim());
  return manifestsOf(stdout);
}
