import { existsSync, readFileSync } from "node:fs";
import { type Contestant, kubeRouterByLayout } from "../contestants.ts";
import { installedVersion, kubeRouterProgram, refusalFile } from "./installed.ts";
import { realKubeRouter } from "./real-kube-router.ts";

/** Who stands for kube-router, and a sentence that says so. */
export interface KubeRouterStand {
  readonly contestant: Contestant;
  readonly note: string;
}

/** The program where `make bench-peers` could install it; else the layout that it documents. */
export async function kubeRouter(): Promise<KubeRouterStand> {
  const program = kubeRouterProgram();
  const version = await installedVersion(program);
  if (version !== undefined)
    return {
      contestant: realKubeRouter(program, version),
      note: `kube-router ${version}: the program itself, its firewall alone, until its rules stood.`,
    };
  const why = existsSync(refusalFile())
    ? `could not be installed here (${readFileSync(refusalFile(), "utf8").trim()})`
    : "is not installed (`make bench-peers`)";
  return {
    contestant: kubeRouterByLayout,
    note: `kube-router: not the program, which ${why}, but the layout that it documents, rendered here.`,
  };
}
