/** `make bench-peers`: kube-router's current release, by the Go toolchain, into a cache outside of the checkout. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { processExec } from "../../../src/kernel/exec.ts";
import {
  KUBE_ROUTER_MODULE,
  installedVersion,
  kubeRouterProgram,
  peersDir,
  refusalFile,
} from "./installed.ts";

const BUILT_WITHIN_MS = 30 * 60_000;

/** The current release, unless the command says which. */
const wanted = process.argv[2] ?? "latest";

await mkdir(peersDir(), { recursive: true });
const standing = await installedVersion(kubeRouterProgram());
if (standing !== undefined && process.argv[2] === undefined) {
  console.log(`kube-router ${standing} is installed in ${peersDir()}`);
} else {
  console.log(`kube-router ${wanted}: go install into ${peersDir()}, some minutes`);
  const { code, stderr } = await processExec({
    command: "nice",
    args: ["go", "install", `${KUBE_ROUTER_MODULE}/cmd/kube-router@${wanted}`],
    env: { GOBIN: peersDir(), CGO_ENABLED: "0" },
    timeoutMs: BUILT_WITHIN_MS,
  });
  if (code === 0) {
    await rm(refusalFile(), { force: true });
    console.log(`kube-router ${(await installedVersion(kubeRouterProgram())) ?? ""} is installed`);
  } else {
    // Of a tool's words the last line is the reason; the bench quotes it.
    const reason = stderr.trim().split("\n").at(-1)?.trim() ?? `exit ${code}`;
    await writeFile(refusalFile(), `${reason}\n`);
    console.log(`kube-router cannot be had: ${reason}\nThe bench uses the layout that it documents instead.`);
  }
}
