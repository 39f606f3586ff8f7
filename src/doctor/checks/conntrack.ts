import type { NodeFacts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

const check = "conntrack";

const TIGHT = 0.8;
const FULL = 0.95;

const percent = (share: number): string => `${Math.round(share * 100)} %`;

function fullness(count: number, max: number): Finding {
  const share = count / max;
  const message = `${count} of ${max} connections (${percent(share)})`;
  if (share < TIGHT) return ok(check, message);
  return {
    check,
    status: share < FULL ? "warn" : "fail",
    message: `the table of connections is nearly full: ${message}; when it is, new ones are dropped whatever policies say`,
    mend: `Raise it, \`sysctl -w net.netfilter.nf_conntrack_max=${max * 2}\`, or let kube-proxy (conntrack.maxPerCore).`,
  };
}

/** Room for connections, and that a connection which was cut stays cut. */
export function conntrack({ switches }: NodeFacts): Finding[] {
  const count = switches.get("net.netfilter.nf_conntrack_count");
  const max = switches.get("net.netfilter.nf_conntrack_max");
  if (count === undefined || max === undefined)
    return [
      {
        check,
        status: "unknown",
        message: "the kernel does not tell how many connections it remembers",
        mend: "Load it: `modprobe nf_conntrack`.",
      },
    ];
  const loose = switches.get("net.netfilter.nf_conntrack_tcp_loose");
  return [
    fullness(Number(count), Number(max)),
    ok(
      "tcp_loose",
      loose === "0"
        ? "off"
        : "on, as usual: Selvedge's rules keep a connection that was cut from being picked up again",
    ),
  ];
}
