import { type Family, families } from "../../core/address.ts";
import type { NodeFacts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

const SWITCH: Readonly<Record<Family, string>> = {
  IPv4: "net.bridge.bridge-nf-call-iptables",
  IPv6: "net.bridge.bridge-nf-call-ip6tables",
};

const check = "bridge";

function mendOf(family: Family, isLoaded: boolean): string {
  const turnOn = `\`sysctl -w ${SWITCH[family]}=1\``;
  return isLoaded
    ? `Turn it on, ${turnOn}, and keep it in /etc/sysctl.d.`
    : `Load it, \`modprobe br_netfilter\`, then ${turnOn}; keep both in /etc/modules-load.d and /etc/sysctl.d.`;
}

/** Packets between two pods of one bridge meet rules of iptables and nftables only where br_netfilter shows them. */
export function bridges({ bridges: found, switches }: NodeFacts): Finding[] {
  if (found.kind === "unknown")
    return [
      {
        check,
        status: "unknown",
        message: `bridges cannot be listed: ${found.why}`,
        mend: "Install iproute2, or see to it that br_netfilter is loaded and both of its switches are 1.",
      },
    ];
  if (found.value.length === 0) return [ok(check, "there is no bridge: every packet of a pod is routed")];
  const isLoaded = switches.has(SWITCH.IPv4);
  const findings = families.flatMap((family): Finding[] => {
    if (family === "IPv6" && switches.get("net.ipv6.conf.all.disable_ipv6") !== "0") return [];
    if (switches.get(SWITCH[family]) === "1") return [];
    const open = found.value.filter(({ isFiltered }) => !isFiltered[family]).map(({ name }) => name);
    if (open.length === 0) return [];
    const cause = isLoaded ? `${SWITCH[family]} is off` : "br_netfilter is not loaded";
    return [
      {
        check,
        status: "fail",
        message: `${cause}: over ${family}, pods of this node reach each other on ${open.join(", ")} past all policies`,
        mend: mendOf(family, isLoaded),
      },
    ];
  });
  const names = found.value.map(({ name }) => name).join(", ");
  return findings.length > 0 ? findings : [ok(check, `netfilter sees what passes over ${names}`)];
}
