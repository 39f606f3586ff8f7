import type { TextOptions } from "../analysis/explain/text/text-options.ts";
import type { AskedExplanation } from "../analysis/explain/explanation-json.ts";
import type { AskedEnd } from "../library/ends.ts";
import type { BackendChoice } from "./backend-option.ts";
import type { Loaded } from "./load-source.ts";
import type { SourceFlags } from "./source-options.ts";

/** What `explain` is told beside the ends. */
export interface ExplainFlags extends SourceFlags {
  readonly allPorts?: true;
  readonly rules?: true;
  readonly counters?: true;
  readonly verbose?: true;
  readonly backend: BackendChoice;
  readonly output: "text" | "json" | "md";
}

/** What is asked, with its ends found. */
export interface ExplainQuestion {
  readonly loaded: Loaded;
  readonly from: AskedEnd;
  readonly to: AskedEnd;
  readonly asked: AskedExplanation;
}

/** How many rules of a side, and how many sorts of connections, are told where nobody asked for all. */
const LIMIT = 8;

/** How an explanation is to be written here. */
export async function textOptions(
  { texts }: Pick<Loaded, "texts">,
  { verbose }: Pick<ExplainFlags, "verbose">,
): Promise<TextOptions> {
  const [{ paint }, { snapshotYaml }] = await Promise.all([
    import("./paint.ts"),
    import("../kube/snapshot/snapshot-yaml.ts"),
  ]);
  return {
    texts: (file) => texts(file),
    paint: paint(),
    yaml: snapshotYaml,
    limit: verbose === true ? Number.POSITIVE_INFINITY : LIMIT,
  };
}
