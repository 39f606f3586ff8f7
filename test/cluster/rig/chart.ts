import { helmProgram } from "../../../scripts/deploy/helm.ts";
import { run } from "../build/run.ts";
import { inHome, inNetns } from "./home.ts";
import { kubectl } from "./kubectl.ts";
import { inRepository } from "./repository.ts";
import { chosenValues } from "./settings.ts";

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

/** What follows the chart: the settings that are chosen, and these, as in `--set`. */
const sets = async (...values: readonly string[]): Promise<string[]> =>
  [...(await chosenValues()), ...values].flatMap((each) => ["--set", each]);

/** The lines of docs/install.md. */
export const installChart = async (): Promise<void> =>
  helm("install", ...RELEASE, "--create-namespace", chart, ...(await sets()));

/** `values` as in `--set`. */
export const upgradeChart = async (...values: readonly string[]): Promise<void> =>
  helm("upgrade", ...RELEASE, chart, ...(await sets(...values)));

/** What is left to do when every node is clean. */
export async function uninstallChart(): Promise<void> {
  await helm("uninstall", ...RELEASE);
  await kubectl(["delete", "namespace", "selvedge-system"]);
  await kubectl(["delete", "crd", ...CRDS]);
}
