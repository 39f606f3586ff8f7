import { helmProgram } from "../../../scripts/deploy/helm.ts";
import { run } from "../build/run.ts";
import { inHome, inNetns } from "./home.ts";
import { kubectl } from "./kubectl.ts";
import { inRepository } from "./repository.ts";

const RELEASE = ["selvedge", "--namespace", "selvedge-system"];
const CRDS = ["compiledpolicies", "addressgroups", "enforcernodes"].map((each) => `${each}.selvedge.dev`);

/** Helm as the cluster's administrator, apart from the user's own settings and plugins. */
async function helm(...args: readonly string[]): Promise<void> {
  const [command = "", ...within] = inNetns("cp");
  const places = ["CONFIG", "DATA", "CACHE"].map((each) => [`HELM_${each}_HOME`, inHome("helm")]);
  await run(command, [...within, helmProgram(), `--kubeconfig=${inHome("admin.kubeconfig")}`, ...args], {
    env: Object.fromEntries(places),
  });
}

const chart = inRepository("deploy/chart/selvedge");

/** The lines of docs/install.md. */
export const installChart = (): Promise<void> => helm("install", ...RELEASE, "--create-namespace", chart);

/** `settings` as in `--set`. */
export const upgradeChart = (...settings: readonly string[]): Promise<void> =>
  helm("upgrade", ...RELEASE, chart, ...settings.flatMap((each) => ["--set", each]));

/** What is left to do when every node is clean. */
export async function uninstallChart(): Promise<void> {
  await helm("uninstall", ...RELEASE);
  await kubectl(["delete", "namespace", "selvedge-system"]);
  await kubectl(["delete", "crd", ...CRDS]);
}
