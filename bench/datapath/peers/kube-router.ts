import { existsSync, readFileSync } from "node:fs";
import { type Contestant, kubeRouterByLayout } from "../contestants.ts";
import { installedVersion, kubeRouterProgram, refusalFile } from "./installed.ts";
import { realKubeRouter } from "./real-kube-router.ts";

/** Who stands for kube-router, and sentences that say so. */
export interface KubeRouterStand {
  readonly contestants: readonly Contestant[];
  readonly notes: readonly string[];
}

/** The layout that it documents, and the program beside it where `make bench-peers` could install that. */
export async function kubeRouter(): Promise<KubeRouterStand> {
  const program = kubeRouterProgram();
  const version = await installedVersion(program);
  if (version !== undefined) {
    const { contestant, notes } = realKubeRouter(program, version);
    const beside = "kube-router's layout: what it documents, rendered here, to stand beside the program.";
    return { contestants: [contestant, kubeRouterByLayout], notes: [...notes, beside] };
  }
  const why = existsSync(refusalFile())
    ? `could not be installed here (${readFileSync(refusalFile(), "utf8").trim()})`
    : "is not installed (`make bench-peers`)";
  return {
    contestants: [kubeRouterByLayout],
    notes: [`kube-router: not the program, which ${why}, but the layout that it documents, rendered here.`],
  };
}
