/*
 * Breaks what a node must have around Selvedge's own rules: privileges, programs, modules, other enforcers. What is removed is
 * removed in a mount namespace, so that the machine keeps it. test/kernel/doctor.test.ts breaks the rules, and follows the mends.
 */
import type { ChildProcess } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { OwnNetns } from "../own-netns.ts";
import { describeKernel } from "../support.ts";
import {
  type Found,
  diagnosis,
  end,
  expectFound,
  healthyNode,
  removed,
  startAnswering,
  without,
} from "./patient.ts";

/** Shell that hides kernel switches, as where the module that has them is not loaded. */
const hidden = (directory: string): string => `mount -t tmpfs tmpfs /proc/sys/net/${directory}`;

const EXTENSIONS = '$(dirname "$(find /usr/lib -name libxt_multiport.so | head -1)")';

interface Case {
  readonly name: string;
  readonly surroundings?: string;
  /** Privileges that the doctor is left with. */
  readonly as?: string;
  readonly finds: readonly Found[];
  /** Exit code. */
  readonly code: number;
}

const cases: readonly Case[] = [
  {
    name: "no CAP_NET_ADMIN",
    as: "setpriv --bounding-set -net_admin --inh-caps -net_admin",
    finds: [["privileges", "unknown", /has not CAP_NET_ADMIN/]],
    code: 3,
  },
  {
    name: "nothing where CAP_SYS_ADMIN is missing, but an enforcer is ready",
    as: "setpriv --bounding-set -sys_admin --inh-caps -sys_admin",
    finds: [],
    code: 0,
  },
  {
    name: "no conntrack",
    surroundings: without("conntrack"),
    finds: [["conntrack", "fail", /conntrack does not run \(.*ENOENT\)/]],
    code: 1,
  },
  {
    name: "no ipset",
    surroundings: without("ipset"),
    finds: [
      ["ipset", "fail", /ipset does not run/],
      ["kernel", "fail", /ipset hash:ip \(.*ipset.* not found\)/],
      ["sets", "unknown", /sets cannot be listed/],
    ],
    code: 1,
  },
  {
    name: "no iptables at all",
    surroundings: without("iptables-nft", "ip6tables-legacy"),
    finds: [
      ["iptables", "fail", /neither iptables-nft nor iptables-legacy/],
      ["kernel", "fail", /iptables-nft: not found/],
    ],
    code: 1,
  },
  {
    name: "a match that is not there",
    surroundings: removed(EXTENSIONS, "libxt_multiport.so"),
    finds: [["kernel", "fail", /does not take -m multiport \(.*multiport/]],
    code: 1,
  },
  {
    name: "br_netfilter not loaded",
    surroundings: hidden("bridge"),
    finds: [
      ["bridge", "fail", /br_netfilter is not loaded: over IPv4, .* on cni0 /],
      ["bridge", "fail", /br_netfilter is not loaded: over IPv6, .* on cni0 /],
    ],
    code: 1,
  },
  {
    name: "no program that lists bridges",
    surroundings: without("ip"),
    finds: [["bridge", "unknown", /bridges cannot be listed: ip: /]],
    code: 3,
  },
  {
    name: "nf_conntrack not loaded",
    surroundings: hidden("netfilter"),
    finds: [["conntrack", "unknown", /does not tell how many/]],
    code: 3,
  },
];

const FLANNEL =
  "*filter\n:FLANNEL-FWD - [0:0]\n-A FORWARD -j FLANNEL-FWD\n-A FLANNEL-FWD -s 10.244.0.0/16 -j ACCEPT\nCOMMIT\n";

/** How many connections are remembered at most; filling a table of more would take minutes. */
const FILLED_IN_TIME = 600_000;

/** Milliseconds that a quarter of a million flows may take to make: a guard against hanging, not a bar. */
const MAKING_FLOWS = 300_000;

describeKernel("selvedge doctor, of what is around the rules,", () => {
  let netns: OwnNetns;
  let ready: ChildProcess;
  beforeAll(async () => {
    netns = await healthyNode("nft");
    ready = await startAnswering(netns);
  });
  afterAll(async () => {
    await end(ready);
    await netns.remove();
  });

  it("finds nothing wrong with a node in good health", async () => {
    expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
  });

  it.each(cases)("finds $name", async ({ surroundings, as, finds, code }) => {
    const diagnosed = await diagnosis(netns, surroundings, as);
    expectFound(diagnosed, finds);
    expect(diagnosed.status).toBe(code);
  });

  it("finds a table that iptables cannot read, and says so of no other", async () => {
    await netns.sh("nft 'add rule ip mangle FORWARD ct state vmap { new : continue }'");
    const { found, status } = await diagnosis(netns);
    expect(found[0]).toMatchObject({
      check: "privileges",
      status: "unknown",
      message: expect.stringMatching(/iptables-nft, IPv4, cannot be read: .*incompatible/),
    });
    expect(status).not.toBe(0);
    const handle = "nft -a list chain ip mangle FORWARD | sed -n 's/.* vmap .*handle //p'";
    await netns.sh(`nft delete rule ip mangle FORWARD handle $(${handle})`);
    expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
  });

  it("finds that IPv6 is not forwarded, and warns", async () => {
    await netns.sh("sysctl -qw net.ipv6.conf.all.forwarding=0");
    const diagnosed = await diagnosis(netns);
    await netns.sh("sysctl -qw net.ipv6.conf.all.forwarding=1");
    expectFound(diagnosed, [["forwarding", "warn", /net\.ipv6\.conf\.all\.forwarding is off/]]);
    expect(diagnosed.status).toBe(0);
  });

  it("finds flannel in the other iptables, and in both", async () => {
    await netns.sh("iptables-legacy-restore --noflush", FLANNEL);
    expectFound(await diagnosis(netns), [
      ["variant", "warn", /writes to iptables-nft, but kube-proxy or flannel to iptables-legacy/],
    ]);
    await netns.sh("iptables-nft-restore --noflush", FLANNEL);
    expectFound(await diagnosis(netns), [["variant", "warn", /stand in iptables-nft and iptables-legacy/]]);
    await netns.sh(
      "for t in iptables-nft iptables-legacy; do $t -F FORWARD; $t -F FLANNEL-FWD; $t -X FLANNEL-FWD; done",
    );
    expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
  });

  it("finds an enforcer that is not ready, and says what it waits for", async () => {
    await end(ready);
    ready = await startAnswering(netns, 503, "policies have not been read");
    expectFound(await diagnosis(netns), [
      ["enforcer", "fail", /not ready \(503\): policies have not been read/],
    ]);
    await end(ready);
    ready = await startAnswering(netns);
  });

  it(
    "finds the table of connections nearly full",
    async ({ skip }) => {
      const max = Number(await netns.sh("cat /proc/sys/net/netfilter/nf_conntrack_max"));
      skip(max > FILLED_IN_TIME, `this machine remembers ${max} connections: too many to make`);
      const flows = Array.from(
        { length: Math.ceil(max * 0.96) },
        (_, i) =>
          `-I -p udp -s 10.${i >> 16}.${(i >> 8) & 255}.${i & 255} -d 192.0.2.1 --sport 9 --dport 53 -t 600\n`,
      ).join("");
      // A file, not a pipe: conntrack reads nothing else.
      await netns.sh("f=$(mktemp); cat >$f; conntrack -R $f >/dev/null; rm $f", flows);
      const diagnosed = await diagnosis(netns);
      await netns.sh("conntrack -F");
      expectFound(diagnosed, [["conntrack", "fail", /nearly full: \d+ of \d+ connections \(96 %\)/]]);
      expect(diagnosed.status).toBe(1);
      expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
    },
    MAKING_FLOWS,
  );
});
