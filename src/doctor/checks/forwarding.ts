import type { NodeFacts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

const check = "forwarding";

const off = (name: string, status: "warn" | "fail", what: string): Finding => ({
  check,
  status,
  message: `${name} is off: ${what}`,
  mend: `Turn it on, \`sysctl -w ${name}=1\`, and keep it in /etc/sysctl.d.`,
});

/** Without forwarding no pod reaches anything, and it is the policies that are blamed. IPv6 is not every cluster's. */
export function forwarding({ switches }: NodeFacts): Finding[] {
  const findings: Finding[] = [];
  if (switches.get("net.ipv4.ip_forward") !== "1")
    findings.push(off("net.ipv4.ip_forward", "fail", "pods reach nobody beyond this node"));
  if (switches.get("net.ipv6.conf.all.forwarding") === "0")
    findings.push(
      off("net.ipv6.conf.all.forwarding", "warn", "if pods have IPv6 addresses, they reach nobody with them"),
    );
  return findings.length > 0 ? findings : [ok(check, "on")];
}
