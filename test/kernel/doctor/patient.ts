import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { expect } from "vitest";
import type { Ailment, Finding } from "../../../src/doctor/finding.ts";
import type { Backend } from "../../../src/kernel/variant.ts";
import { root } from "../../cli/selvedge.ts";
import { enforce, enforceNftables } from "../enforced.ts";
import { type OwnNetns, ownNetns } from "../own-netns.ts";

/** Answers as an enforcer would; not the enforcer, as it would mend before anybody looks. */
const ANSWER = `
const status = Number(process.argv[1]);
require("node:http").createServer((_, response) => { response.writeHead(status); response.end(process.argv[2]); })
  .listen(10268, "127.0.0.1", () => console.log("ready"));
`;

export const startAnswering = (netns: OwnNetns, status = 200, words = "ok"): Promise<ChildProcess> =>
  netns.start(process.execPath, "-e", ANSWER, String(status), words);

/** Ends a program that a test started, and waits for it. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => {
    child.once("exit", resolve);
  });
  child.kill();
  await ended;
}

/** A node in good health: a bridge whose packets are seen, forwarding, rules of every kind. */
export async function healthyNode(backend: Backend): Promise<OwnNetns> {
  const netns = await ownNetns();
  await netns.sh("ip link add cni0 type bridge; ip link set cni0 up");
  for (const name of [
    "bridge.bridge-nf-call-iptables",
    "bridge.bridge-nf-call-ip6tables",
    "ipv4.ip_forward",
    "ipv6.conf.all.forwarding",
  ])
    await netns.sh(`sysctl -qw net.${name}=1`);
  await (backend === "nftables" ? enforceNftables(netns) : enforce(netns, backend));
  return netns;
}

export interface Diagnosis {
  readonly status: number | null;
  /** All that is not well. */
  readonly found: readonly Exclude<Finding, { readonly status: "ok" }>[];
}

const SELVEDGE = join(root, "bin/selvedge");

/**
 * What the doctor finds. `surroundings` is shell that is run before it, in a mount namespace of its own: what is hidden or removed
 * there is gone for the doctor alone. `as` puts it into other privileges.
 */
export async function diagnosis(netns: OwnNetns, surroundings = "true", as = ""): Promise<Diagnosis> {
  const script = `${surroundings}\nexec ${as} ${SELVEDGE} doctor -o json`;
  const { code, stdout, stderr } = await netns.exec({ command: "sh", args: ["-ec", script] });
  if (!stdout.startsWith("{")) throw new Error(stderr || stdout);
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
  return { status: code, found: findings.filter((finding) => finding.status !== "ok") };
}

/** What one finding must be. */
export type Found = readonly [check: string, status: Ailment, message: RegExp];

/** That the doctor found these and nothing else, and has a mend for each. */
export function expectFound({ found }: Diagnosis, wanted: readonly Found[]): void {
  expect(found.map(({ check, status, message }) => ({ check, status, message }))).toEqual(
    wanted.map(([check, status, message]) => ({ check, status, message: expect.stringMatching(message) })),
  );
  for (const { mend } of found) expect(mend).toMatch(/\.$/);
}

/** Shell that removes files for this mount namespace: an overlay over each directory that has one, from whose top it is deleted. */
export const removed = (directories: string, ...files: readonly string[]): string => `
  mount -t tmpfs tmpfs /mnt
  for dir in $(readlink -f ${directories} | sort -u); do
    for file in ${files.join(" ")}; do
      [ -e "$dir/$file" ] || continue
      top=/mnt/$(echo "$dir" | tr / _)
      [ -d "$top" ] || {
        mkdir -p "$top/upper" "$top/work"
        mount -t overlay overlay -o "lowerdir=$dir,upperdir=$top/upper,workdir=$top/work" "$dir"
      }
      rm "$dir/$file"
    done
  done`;

/** The same for programs, wherever on the path they are. */
export const without = (...programs: readonly string[]): string =>
  removed('$(echo "$PATH" | tr : " ")', ...programs);
