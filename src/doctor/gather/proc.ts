import { readFile } from "node:fs/promises";

/** The kernel switches that some check looks at. */
const SWITCHES = [
  "net.bridge.bridge-nf-call-iptables",
  "net.bridge.bridge-nf-call-ip6tables",
  "net.ipv4.ip_forward",
  "net.ipv6.conf.all.forwarding",
  "net.ipv6.conf.all.disable_ipv6",
  "net.netfilter.nf_conntrack_count",
  "net.netfilter.nf_conntrack_max",
  "net.netfilter.nf_conntrack_tcp_loose",
];

/** Of this process's network namespace; a switch that is not there is left out. */
export async function readSwitches(): Promise<ReadonlyMap<string, string>> {
  const read = async (name: string): Promise<[string, string][]> => {
    try {
      return [[name, (await readFile(`/proc/sys/${name.replaceAll(".", "/")}`, "utf8")).trim()]];
    } catch {
      return [];
    }
  };
  return new Map((await Promise.all(SWITCHES.map(read))).flat());
}

/** capabilities(7) */
const CAP_NET_ADMIN = 12n;

/** Whether this process may configure its network, root or not. */
export async function isNetAdmin(): Promise<boolean> {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
  return ((BigInt(`0x${effective}`) >> CAP_NET_ADMIN) & 1n) === 1n;
}
