import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

import { findCniDir } from "./cni/path.ts";

// The last few are run by tests alone; `make lab` and `make test` install and ask for the same things.
const COMMANDS = [
  "ip",
  "bridge",
  "nsenter",
  "unshare",
  "iptables-nft",
  "iptables-legacy",
  "nft",
  "ipset",
  "conntrack",
  "ping",
  "tcpdump",
  "sysctl",
  "perl",
  "taskset",
];

// Each in a network namespace of its own, which ends with the shell.
const FEATURES: readonly { readonly feature: string; readonly script: string }[] = [
  { feature: "veth", script: "ip link add probe0 type veth peer name probe1" },
  { feature: "bridge", script: "ip link add probe0 type bridge" },
  { feature: "vxlan", script: "ip link add probe0 type vxlan id 1 dstport 8472 local 127.0.0.1" },
  {
    feature: "br_netfilter (modprobe br_netfilter)",
    script: "test -e /proc/sys/net/bridge/bridge-nf-call-iptables",
  },
  { feature: "ipset (modprobe ip_set_hash_net)", script: "ipset create a hash:net" },
  { feature: "iptables-nft", script: "iptables-nft -t mangle -A FORWARD -m conntrack --ctstate NEW -j DROP" },
  {
    feature: "iptables-legacy",
    script: "iptables-legacy -t mangle -A FORWARD -m conntrack --ctstate NEW -j DROP",
  },
  { feature: "IPv6", script: "test -e /proc/sys/net/ipv6/conf/all/forwarding" },
];

/** What this machine lacks for a lab, in words: root, a program, a feature of the kernel; undefined if it lacks nothing. */
export function missingForLab(): string | undefined {
  if (process.getuid?.() !== 0) return "needs root";
  const missing = COMMANDS.filter((command) => spawnSync("which", [command]).status !== 0);
  if (missing.length > 0) return `needs ${missing.join(", ")}`;
  if (findCniDir() === undefined) return "needs the CNI plugins (containernetworking-plugins)";
  if (spawnSync("unshare", ["--net", "--mount", "true"]).status !== 0)
    return "needs to make network and mount namespaces";
  if (!existsSync("/var/lib/cni") && spawnSync("grep", ["-q", "overlay", "/proc/filesystems"]).status !== 0)
    return "needs overlayfs (modprobe overlay)";
  const lacking = FEATURES.find(
    ({ script }) => spawnSync("unshare", ["--net", "sh", "-ec", script]).status !== 0,
  );
  return lacking === undefined ? undefined : `the kernel lacks ${lacking.feature}`;
}
