/* Breaks what Selvedge holds in nftables, and what is around it where that is used. */
import type { ChildProcess } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { enforce, enforceNftables, everyKindNftablesRefused } from "../enforced.ts";
import type { OwnNetns } from "../own-netns.ts";
import { describeKernel } from "../support.ts";
import { type Found, diagnosis, end, expectFound, healthyNode, startAnswering, without } from "./patient.ts";

/** Shell that replaces the last rule of a chain. */
const replaceLast = (chain: string, rule: string): string =>
  `nft replace rule ip selvedge ${chain} handle $(nft -a list chain ip selvedge ${chain} | sed -n 's/.*# handle //p' | tail -1) ${rule}`;

/** Shell that replaces the rule of a chain in which this stands. */
const replaceWith = (chain: string, words: string, rule: string): string =>
  `nft replace rule ip selvedge ${chain} handle $(nft -a list chain ip selvedge ${chain} | sed -n 's/.*${words}.*# handle //p') ${rule}`;

/** Shell that sets a variable to the first chain of a class. */
const CLASS =
  "class=$(nft list table ip selvedge | sed -n 's/.*chain \\(SV-C-[a-z0-9]*\\) .*/\\1/p' | head -1)";

/** Shell that prints an isolated address. */
const isolated =
  "$(nft list set ip selvedge SV4-isolated-ingress | grep -o '[0-9][0-9.]*[0-9]' | grep -F . | head -1)";

/** Makes table FORWARD's base chain anew, led into otherwise. */
const anew = (declaration: string): string =>
  `nft -s list chain ip selvedge FORWARD >/tmp/forward-$$; { echo 'delete chain ip selvedge FORWARD'; sed 's/type filter .*/${declaration}/' /tmp/forward-$$; } | nft -f -; rm /tmp/forward-$$`;

interface Case {
  readonly name: string;
  readonly breakage: string;
  readonly finds: readonly Found[];
}

const cases: readonly Case[] = [
  {
    name: "a table made dormant",
    breakage: "nft 'add table ip6 selvedge { flags dormant; }'",
    finds: [["hook", "fail", /^nftables, IPv6: table selvedge is dormant/]],
  },
  {
    name: "a table deleted",
    breakage: "nft delete table ip6 selvedge",
    finds: [["hook", "fail", /^nftables, IPv6: there is no table selvedge/]],
  },
  {
    name: "a base chain at another priority",
    breakage: anew("type filter hook forward priority filter; policy accept;"),
    finds: [
      ["hook", "fail", /^nftables, IPv4: packets are led into chain FORWARD otherwise .*priority filter/],
    ],
  },
  {
    name: "a base chain that no packet is led into",
    breakage: anew(""),
    finds: [["hook", "fail", /^nftables, IPv4: no packet is led into chain FORWARD/]],
  },
  {
    name: "a rule of others in a chain of ours",
    breakage: "nft insert rule ip selvedge SV-INGRESS accept",
    finds: [["chains", "fail", /a rule that is not Selvedge's stands in its chain SV-INGRESS: accept$/]],
  },
  {
    name: "a chain of others in our table",
    breakage: "nft add chain ip selvedge theirs",
    finds: [["chains", "fail", /a chain that is not Selvedge's stands in its table: theirs$/]],
  },
  {
    name: "a direction that nothing leads to",
    breakage: replaceLast("SV-FORWARD", "counter comment '\"nothing #aaaaaaaaaa\"'"),
    finds: [["chains", "fail", /SV-FORWARD does not lead to SV-INGRESS/]],
  },
  {
    name: "new flows that nothing leads to where they are judged",
    breakage: replaceLast("OUTPUT", "counter comment '\"nothing #aaaaaaaaaa\"'"),
    finds: [["chains", "fail", /: OUTPUT does not lead to SV-OUTPUT/]],
  },
  {
    name: "nobody led to his class",
    breakage: replaceWith("SV-INGRESS", "ip daddr vmap ", "counter comment '\"nothing #aaaaaaaaaa\"'"),
    finds: [
      ["chains", "fail", /SV-INGRESS leads no pod to its class/],
      ["sets", "warn", /no rule names 1 of Selvedge's sets: SV4-verdicts-ingress/],
    ],
  },
  {
    name: "a class whose chain is open at its end",
    breakage: `${CLASS}; ${replaceLast("$class", "counter accept comment '\"open #aaaaaaaaaa\"'")}`,
    finds: [["chains", "fail", /SV-C-\w+ does not end in drop/]],
  },
  {
    name: "a class whose chain for a port lets all pass that it has no rule for",
    breakage: `${CLASS}; ${replaceLast("$class-tcp-443", "counter return comment '\"open #aaaaaaaaaa\"'")}`,
    finds: [["chains", "fail", /SV-C-\w+-tcp-443 does not end in drop/]],
  },
  {
    name: "a port that is led to another's rules",
    breakage: `${CLASS}; pod=${isolated}; nft add element ip selvedge SV4-ports-ingress "{ $pod . tcp . 22 : goto $class-tcp-443 }"`,
    finds: [
      [
        "sets",
        "fail",
        /SV4-ports-ingress leads elsewhere than to the pod's class: [\d.]+ \. tcp \. 22 : goto/,
      ],
    ],
  },
  {
    name: "a port that is led past the pod's class",
    breakage: `pod=${isolated}; nft add element ip selvedge SV4-ports-ingress "{ $pod . tcp . 22 : accept }"`,
    finds: [["sets", "fail", /SV4-ports-ingress leads elsewhere than to the pod's class: .* : accept/]],
  },
  {
    name: "the isolated pods taken out of their map",
    breakage: "nft flush map ip selvedge SV4-verdicts-ingress",
    finds: [
      ["sets", "fail", /SV4-isolated-ingress does not hold what Selvedge put into it: pods may be open/],
      ["sets", "fail", /SV4-ports-ingress knows addresses that SV4-verdicts-ingress does not: \d+ elements/],
    ],
  },
  {
    name: "a pod that is led past its class",
    breakage: "nft add element ip selvedge SV4-verdicts-ingress '{ 10.9.9.9 : accept }'",
    finds: [
      ["sets", "fail", /SV4-isolated-ingress does not hold/],
      ["sets", "fail", /SV4-self does not hold/],
      ["sets", "fail", /SV4-verdicts-ingress leads elsewhere than to a class: 10\.9\.9\.9 : accept/],
    ],
  },
  {
    name: "a pod that passes for another",
    breakage: `pod=${isolated}; nft add element ip selvedge SV4-self "{ $pod . 10.9.9.9 }"`,
    finds: [["sets", "fail", /SV4-self does not hold what Selvedge put into it/]],
  },
  {
    name: "sets of others, and one of ours that nobody needs",
    breakage:
      "nft add set ip selvedge theirs '{ type ipv4_addr; }'; nft add set ip selvedge SV4-G-timed '{ typeof ip saddr; timeout 1h; }'; nft add set ip selvedge SV4-G-left '{ typeof ip saddr; }'",
    finds: [
      ["sets", "fail", /a set that is not Selvedge's stands in its table: theirs/],
      ["sets", "fail", /SV4-G-timed is of a type that Selvedge does not make/],
      ["sets", "warn", /no rule names 2 of Selvedge's sets: SV4-G-\w+, SV4-G-\w+/],
    ],
  },
];

describeKernel("selvedge doctor, of nftables,", () => {
  let netns: OwnNetns;
  let ready: ChildProcess;
  beforeAll(async () => {
    netns = await healthyNode("nftables");
    ready = await startAnswering(netns);
  });
  afterAll(async () => {
    await end(ready);
    await netns.remove();
  });

  it("finds nothing wrong with a node in good health, and leaves it as it was", async () => {
    const before = await netns.sh("nft -s -a list ruleset; iptables-legacy-save; ipset save");
    expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
    expect(await netns.sh("nft -s -a list ruleset; iptables-legacy-save; ipset save")).toBe(before);
  });

  it.each(cases)("finds $name, and a pass of the enforcer mends it", async ({ breakage, finds }) => {
    await netns.sh(breakage);
    const diagnosed = await diagnosis(netns);
    await enforceNftables(netns);
    expectFound(diagnosed, finds);
    expect(diagnosed.status).toBe(finds.some(([, status]) => status === "fail") ? 1 : 0);
    expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
  });

  it("minds neither iptables nor ipset where they are missing, and nft names what the kernel takes", async () => {
    expect(await diagnosis(netns, without("iptables-nft", "ip6tables-legacy", "ipset"))).toEqual({
      status: 0,
      found: [],
    });
    const { stdout } = netns.selvedge("doctor");
    expect(stdout).toMatch(/^ok +nft +nftables v/m);
    expect(stdout).toMatch(/^ok +kernel +takes base chains, .*maps to verdicts, .*reject/m);
    expect(stdout).toMatch(/^ok +hook +at hooks forward and output \(nftables, IPv4; nftables, IPv6\)$/m);
    expect(stdout).toMatch(/^ok +variant +nftables, beside everybody's$/m);
  });

  it("takes kube-proxy's iptables beside it for nothing strange, of either sort", async () => {
    const rules = "*nat\n:KUBE-SERVICES - [0:0]\n-A KUBE-SERVICES -j RETURN\nCOMMIT\n";
    for (const variant of ["nft", "legacy"] as const) {
      await netns.sh(`iptables-${variant}-restore --noflush`, rules);
      expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
      await netns.sh(
        `iptables-${variant} -t nat -F KUBE-SERVICES; iptables-${variant} -t nat -X KUBE-SERVICES`,
      );
    }
  });

  it("says that what is denied is refused", async () => {
    await enforceNftables(netns, everyKindNftablesRefused);
    expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
    expect(netns.selvedge("doctor").stdout).toMatch(/^ok +refusal +denied packets are refused/m);
    await netns.sh(replaceLast("SV-REFUSE", "accept comment '\"open #aaaaaaaaaa\"'"));
    expectFound(await diagnosis(netns), [["chains", "fail", /SV-REFUSE does not end in drop/]]);
    await enforceNftables(netns);
  });

  it("finds rules of ours left over in an iptables, and cleanup mends it", async () => {
    await enforce(netns, "nft");
    const diagnosed = await diagnosis(netns);
    expectFound(diagnosed, [
      ["variant", "fail", /stand in iptables-nft and nftables: what is not the enforcer's/],
    ]);
    expect(diagnosed.found[0]?.mend).toContain("`selvedge cleanup --backend` with the other (nft,");
    expect(netns.selvedge("cleanup", "--backend", "nft").status).toBe(0);
    expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
  });

  it("does not say that nothing is enforced where an enforcer is ready and there is no nft to look with", async () => {
    const diagnosed = await diagnosis(netns, without("nft"));
    expectFound(diagnosed, [["hook", "unknown", /is ready; .* nobody has looked into nftables$/]]);
    expect(diagnosed.status).toBe(3);
  });

  it("minds no remark on a chain", async () => {
    await netns.sh(anew('type filter hook forward priority mangle; policy accept; comment "theirs";'));
    expect(await diagnosis(netns)).toEqual({ status: 0, found: [] });
    await enforceNftables(netns);
  });

  it("says what it could not look at where nft fails", async () => {
    const broken = `mkdir -p /mnt/bin; printf '#!/bin/sh\\necho "Error: no memory" >&2; exit 1\\n' >/mnt/bin/nft; chmod +x /mnt/bin/nft; export PATH=/mnt/bin:$PATH`;
    const { found, status } = await diagnosis(netns, `mount -t tmpfs tmpfs /mnt; ${broken}`);
    expect(found.filter(({ check }) => check === "privileges")).toEqual([
      expect.objectContaining({
        status: "unknown",
        message: "the table of nftables, IPv4, cannot be read: Error: no memory",
      }),
      expect.objectContaining({
        status: "unknown",
        message: "the table of nftables, IPv6, cannot be read: Error: no memory",
      }),
    ]);
    expect(found).toContainEqual(expect.objectContaining({ check: "hook", status: "unknown" }));
    expect(status).toBe(3);
  });
});
