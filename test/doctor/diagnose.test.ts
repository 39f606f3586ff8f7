/* Each check over facts that are broken in one way; test/kernel/doctor.test.ts breaks the things themselves. */
import { describe, expect, test } from "vitest";
import { diagnose } from "../../src/doctor/diagnose.ts";
import type { NodeFacts, Tool, Trial } from "../../src/doctor/facts.ts";
import { type Ailment, type Finding, verdictOf } from "../../src/doctor/finding.ts";
import { findingsText } from "../../src/doctor/findings-text.ts";
import type { StandingSet } from "../../src/kernel/state.ts";
import { must } from "../support/must.ts";
import { healthy, ourText, rulesOf, switched } from "./healthy.ts";

const unwell = (facts: NodeFacts): Finding[] => diagnose(facts).filter(({ status }) => status !== "ok");

interface Case {
  readonly name: string;
  readonly facts: NodeFacts;
  readonly finds: { readonly check: string; readonly status: Ailment; readonly message: RegExp };
}

const missing: Tool = { kind: "missing", why: "not found" };
const without = (...names: readonly string[]): NodeFacts => ({
  ...healthy,
  tools: new Map([...healthy.tools].map(([name, tool]) => [name, names.includes(name) ? missing : tool])),
});

const refusing = (feature: string, module: string): Trial => ({ feature, module, refused: "no such thing" });

/** Ours in IPv4, iptables-nft, with its text edited. */
const edited = (edit: (text: string) => string): NodeFacts => ({
  ...healthy,
  rules: rulesOf({ "nft IPv4": ourText("IPv4", edit) }),
});

const before = (chain: "FORWARD" | "OUTPUT", rule: string, more = "") =>
  edited((text) => text.replace(`-A ${chain} `, () => `-A ${chain} ${rule}\n${more}-A ${chain} `));

const standing = must(healthy.sets.kind === "known" ? healthy.sets.value : undefined);
const ingress = must([...standing.keys()].find((name) => name.startsWith("SV4-ingress-")));
const withSets = (change: (sets: Map<string, StandingSet>) => void): NodeFacts => {
  const sets = new Map(standing);
  change(sets);
  return { ...healthy, sets: { kind: "known", value: sets } };
};

const chainIn = (chain: string, table = "filter"): NodeFacts => ({
  ...healthy,
  rules: rulesOf({ "nft IPv6": `${ourText("IPv6")}*${table}\n:${chain} - [0:0]\nCOMMIT\n` }),
});

const answered = { kind: "answered", status: 200 } as const;

const cases: readonly Case[] = [
  {
    name: "no privileges",
    facts: { ...healthy, isNetAdmin: false },
    finds: { check: "privileges", status: "unknown", message: /CAP_NET_ADMIN/ },
  },
  {
    name: "rules that cannot be read",
    facts: {
      ...healthy,
      rules: rulesOf().map((each) =>
        each.variant === "legacy" && each.family === "IPv6"
          ? { ...each, reading: { kind: "unreadable", message: "Permission denied" } }
          : each,
      ),
    },
    finds: { check: "privileges", status: "unknown", message: /iptables-legacy, IPv6.*Permission denied/ },
  },
  {
    name: "no iptables for IPv6",
    facts: without("ip6tables-nft", "ip6tables-legacy"),
    finds: { check: "iptables", status: "fail", message: /both families/ },
  },
  {
    name: "no ipset",
    facts: without("ipset"),
    finds: { check: "ipset", status: "fail", message: /ipset does not run \(not found\)/ },
  },
  {
    name: "no conntrack",
    facts: without("conntrack"),
    finds: { check: "conntrack", status: "fail", message: /no longer allowed live on/ },
  },
  {
    name: "a kernel without xt_bpf",
    facts: { ...healthy, trials: { kind: "known", value: [refusing("-m bpf", "xt_bpf")] } },
    finds: {
      check: "kernel",
      status: "warn",
      message: /-m bpf \(no such thing\): a rule for each isolated pod/,
    },
  },
  {
    name: "a kernel that cannot refuse with nftables",
    facts: { ...healthy, trials: { kind: "known", value: [refusing("reject", "nft_reject_ipv4")] } },
    finds: {
      check: "kernel",
      status: "warn",
      message: /reject \(no such thing\): what policies deny is dropped in silence/,
    },
  },
  {
    name: "a kernel without fib, and reject",
    facts: {
      ...healthy,
      trials: {
        kind: "known",
        value: [refusing("fib", "nft_fib_ipv4"), refusing("reject", "nft_reject_ipv4")],
      },
    },
    finds: { check: "kernel", status: "fail", message: /does not take fib \(no such thing\); reject/ },
  },
  {
    name: "a kernel without xt_set, and xt_bpf",
    facts: {
      ...healthy,
      trials: { kind: "known", value: [refusing("-m bpf", "xt_bpf"), refusing("-m set", "xt_set")] },
    },
    finds: { check: "kernel", status: "fail", message: /-m bpf \(no such thing\); -m set/ },
  },
  {
    name: "br_netfilter is not loaded, and there is no IPv6",
    facts: switched({
      "net.bridge.bridge-nf-call-iptables": undefined,
      "net.bridge.bridge-nf-call-ip6tables": undefined,
      "net.ipv6.conf.all.disable_ipv6": "1",
    }),
    finds: { check: "bridge", status: "fail", message: /br_netfilter is not loaded: over IPv4.* on cni0 / },
  },
  {
    name: "bridge-nf-call-ip6tables is off",
    facts: switched({ "net.bridge.bridge-nf-call-ip6tables": "0" }),
    finds: { check: "bridge", status: "fail", message: /ip6tables is off: over IPv6/ },
  },
  {
    name: "bridges cannot be listed",
    facts: { ...healthy, bridges: { kind: "unknown", why: "no ip" } },
    finds: { check: "bridge", status: "unknown", message: /no ip/ },
  },
  {
    name: "IPv4 is not forwarded",
    facts: switched({ "net.ipv4.ip_forward": "0" }),
    finds: { check: "forwarding", status: "fail", message: /net.ipv4.ip_forward is off/ },
  },
  {
    name: "IPv6 is not forwarded",
    facts: switched({ "net.ipv6.conf.all.forwarding": "0" }),
    finds: { check: "forwarding", status: "warn", message: /net.ipv6.conf.all.forwarding is off/ },
  },
  {
    name: "ours in both iptables",
    facts: { ...healthy, rules: rulesOf({ "legacy IPv4": ourText("IPv4"), "legacy IPv6": ourText("IPv6") }) },
    finds: { check: "variant", status: "fail", message: /iptables-nft and iptables-legacy/ },
  },
  {
    name: "ours in nft, flannel in legacy",
    facts: {
      ...healthy,
      rules: rulesOf({
        "nft IPv4": ourText("IPv4"),
        "nft IPv6": ourText("IPv6"),
        "legacy IPv4": "*filter\n:FLANNEL-FWD - [0:0]\n-A FLANNEL-FWD -s 10.0.0.0/8 -j ACCEPT\nCOMMIT\n",
      }),
    },
    finds: { check: "variant", status: "warn", message: /writes to iptables-nft, but .* iptables-legacy/ },
  },
  {
    name: "kube-proxy in both",
    facts: {
      ...healthy,
      rules: rulesOf({
        "legacy IPv4": "*nat\n:KUBE-SERVICES - [0:0]\n-A KUBE-SERVICES -j RETURN\nCOMMIT\n",
      }),
    },
    finds: { check: "variant", status: "warn", message: /kube-proxy or flannel stand in/ },
  },
  ...(
    [
      ["KUBE-ROUTER-FORWARD", /kube-router/],
      ["KUBE-POD-FW-ABCDEF", /k3s/],
      ["KUBE-NWPLCY-DEFAULT", /kube-router/],
      ["cali-FORWARD", /Calico/],
      ["CILIUM_FORWARD", /Cilium/],
      ["WEAVE-NPC", /Weave/],
      ["AZURE-NPM-INGRESS", /Azure/],
      ["ANTREA-FORWARD", /Antrea/],
    ] as const
  ).map(([chain, message]): Case => ({
    name: `a second enforcer's ${chain}`,
    facts: chainIn(chain),
    finds: { check: "second enforcer", status: "fail", message },
  })),
  ...["inet kube-network-policies", "inet kindnet-network-policies", "ip6 calico"].map((table): Case => ({
    name: `a second enforcer's table ${table}`,
    facts: { ...healthy, nftTables: { kind: "known", value: [table] } },
    finds: { check: "second enforcer", status: "fail", message: new RegExp(`: ${table}$`) },
  })),
  {
    name: "no hook in FORWARD",
    facts: edited((text) => text.replace(/^-A FORWARD .*\n/m, "")),
    finds: { check: "hook", status: "fail", message: /iptables-nft, IPv4: no rule in mangle FORWARD/ },
  },
  {
    name: "no hook in OUTPUT",
    facts: edited((text) => text.replace(/^-A OUTPUT .*\n/m, "")),
    finds: { check: "hook", status: "fail", message: /no rule in mangle OUTPUT/ },
  },
  {
    name: "a harmless rule before the hook",
    facts: before("FORWARD", "-p tcp -j TCPMSS --clamp-mss-to-pmtu"),
    finds: { check: "hook", status: "warn", message: /number 2, not the first/ },
  },
  ...["-s 10.0.0.0/8 -j ACCEPT", "-j RETURN", "-p udp -g THEIRS", "-j NFQUEUE --queue-num 100"].map(
    (rule): Case => ({
      name: `${rule} before the hook`,
      facts: before("FORWARD", rule),
      finds: { check: "hook", status: "fail", message: /takes packets past it/ },
    }),
  ),
  {
    name: "a chain that accepts before the hook, two jumps away",
    facts: before("OUTPUT", "-j A", "-A A -j B\n-A B -j A\n-A B -p tcp -j ACCEPT\n"),
    finds: { check: "hook", status: "fail", message: /-A OUTPUT -j A$/ },
  },
  {
    name: "a rule of others in a chain of ours",
    facts: edited((text) => text.replace("-A SV-INGRESS ", "-A SV-INGRESS -j RETURN\n-A SV-INGRESS ")),
    finds: { check: "chains", status: "fail", message: /-A SV-INGRESS -j RETURN/ },
  },
  {
    name: "a chain that judges and is open at its end",
    facts: edited((text) => text.replace(/^-A SV-EGRESS .*-g SV-E-REST\n/m, "")),
    finds: { check: "chains", status: "fail", message: /SV-EGRESS does not end in DROP/ },
  },
  {
    name: "nothing leads to SV-INGRESS",
    facts: edited((text) => text.replace(/^.* -j SV-INGRESS\n/m, "")),
    finds: { check: "chains", status: "fail", message: /does not lead to SV-INGRESS/ },
  },
  {
    name: "a set that is not there",
    facts: withSets((sets) => sets.delete(ingress)),
    finds: { check: "sets", status: "fail", message: new RegExp(`${ingress}, and there is no such set`) },
  },
  {
    name: "a set of isolated pods that was emptied",
    facts: withSets((sets) => sets.set(ingress, { type: "hash:ip", entries: new Set() })),
    finds: { check: "sets", status: "fail", message: /does not hold what Selvedge put/ },
  },
  {
    name: "a set of another type",
    facts: withSets((sets) => sets.set(ingress, { type: "other", entries: new Set() })),
    finds: { check: "sets", status: "fail", message: /type/ },
  },
  {
    name: "a set that no rule names",
    facts: withSets((sets) => sets.set("SV4-G-old", { type: "hash:ip", entries: new Set() })),
    finds: { check: "sets", status: "warn", message: /no rule names 1 of Selvedge's sets: SV4-G-old/ },
  },
  {
    name: "sets that cannot be listed",
    facts: { ...healthy, sets: { kind: "unknown", why: "Kernel error" } },
    finds: { check: "sets", status: "unknown", message: /Kernel error/ },
  },
  {
    name: "no enforcer",
    facts: { ...healthy, enforcer: { kind: "silent", why: "connect ECONNREFUSED" } },
    finds: { check: "enforcer", status: "fail", message: /no enforcer answers \(connect ECONNREFUSED\)/ },
  },
  {
    name: "an enforcer that is not ready",
    facts: { ...healthy, enforcer: { kind: "answered", status: 503, body: "waits for pods" } },
    finds: { check: "enforcer", status: "fail", message: /not ready \(503\): waits for pods/ },
  },
  {
    name: "four fifths of all connections",
    facts: switched({ "net.netfilter.nf_conntrack_count": "800" }),
    finds: { check: "conntrack", status: "warn", message: /800 of 1000 connections \(80 %\)/ },
  },
  {
    name: "nearly all connections",
    facts: switched({ "net.netfilter.nf_conntrack_count": "990" }),
    finds: { check: "conntrack", status: "fail", message: /nearly full/ },
  },
  {
    name: "nobody counts connections",
    facts: switched({ "net.netfilter.nf_conntrack_max": undefined }),
    finds: { check: "conntrack", status: "unknown", message: /does not tell/ },
  },
  {
    name: "a start gate that is off by itself",
    facts: {
      ...healthy,
      enforcer: { ...answered, body: "ok\nstart gate off: the Node has no spec.podCIDRs" },
    },
    finds: { check: "start gate", status: "warn", message: /no spec\.podCIDRs; new pods are open/ },
  },
];

const gateFindings = (facts: NodeFacts) => diagnose(facts).filter(({ check }) => check === "start gate");

describe("the doctor tells of the start gate", () => {
  test.each([
    ["on", "ok\nstart gate on: 10.0.0.0/24", "on: in 10.0.0.0/24, who is not programmed yet is closed"],
    [
      "off by an operator's word",
      "ok\nstart gate off, as asked: --start-gate=off",
      "off, as --start-gate=off asks: new pods are open until they are programmed",
    ],
  ])("that it is %s", (_, body, message) => {
    const facts = { ...healthy, enforcer: { ...answered, body } };
    expect(gateFindings(facts)).toEqual([{ check: "start gate", status: "ok", message }]);
  });

  test("that its rules stand, where no enforcer answers; or that nothing does", () => {
    const rule = '-A SELVEDGE-FORWARD -m comment --comment "gate #aaaaaaaaaa" -s 10.0.0.0/24 -g SV-GATE';
    const silent = { enforcer: { kind: "silent", why: "refused" } } as const;
    const gated = edited((text) => text.replace("-A SELVEDGE-FORWARD ", `${rule}\n-A SELVEDGE-FORWARD `));
    expect(gateFindings({ ...gated, ...silent })).toMatchObject([
      { status: "ok", message: expect.stringContaining("its rules stand") },
    ]);
    expect(gateFindings({ ...healthy, ...silent })).toMatchObject([
      { message: expect.stringContaining("none of its rules stands") },
    ]);
    const bare = { ...healthy, ...silent, rules: rulesOf({ "nft IPv4": "", "nft IPv6": "" }) };
    expect(gateFindings(bare)).toMatchObject([{ status: "ok", message: "nothing of Selvedge's stands" }]);
  });
});

describe("the doctor", () => {
  test("finds nothing wrong where nothing is", () => {
    expect(unwell(healthy)).toEqual([]);
    expect(verdictOf(diagnose(healthy))).toBe("ok");
  });

  test.each(cases)("finds $name, that alone, and knows a mend", ({ facts, finds }) => {
    const [finding, ...others] = unwell(facts);
    expect(others).toEqual([]);
    expect(finding).toEqual({
      check: finds.check,
      status: finds.status,
      message: expect.stringMatching(finds.message),
      mend: expect.stringMatching(/^[A-Z].*\.$/),
    });
    expect(verdictOf(diagnose(facts))).toBe(finds.status === "warn" ? "ok" : finds.status);
  });

  test("says nothing of a node that it may not look at", () => {
    expect(diagnose({ ...healthy, isNetAdmin: false }).map(({ check }) => check)).toEqual(["privileges"]);
  });

  test("does not take what it cannot read for missing", () => {
    const rules = rulesOf({ "nft IPv4": "", "nft IPv6": "" }).map((each) =>
      each.variant === "nft"
        ? { ...each, reading: { kind: "unreadable", message: "incompatible" } as const }
        : each,
    );
    const found = unwell({ ...healthy, rules, sets: { kind: "known", value: new Map() } });
    expect(new Set(found.map(({ status }) => status))).toEqual(new Set(["unknown"]));
    expect(found.map(({ check }) => check)).toContain("hook");
  });

  describe("where nothing of ours is seen", () => {
    const rules = rulesOf({ "nft IPv4": "", "nft IPv6": "" });
    const bare: NodeFacts = { ...healthy, rules, sets: { kind: "known", value: new Map() } };
    const silent: NodeFacts["enforcer"] = { kind: "silent", why: "refused" };
    const nftables: NodeFacts["nftables"] = healthy.nftables.map(({ family }) => ({
      family,
      reading: { kind: "unreadable", message: "nft: ENOENT", isMissing: true },
    }));
    const legacyAlone = rules.map((each) =>
      each.variant === "nft" ? { ...each, reading: { kind: "absent" } as const } : each,
    );

    test.each<readonly [string, NodeFacts, RegExp]>([
      ["there is no nft", { ...bare, nftables }, /ready; .* into nftables$/],
      ["there is no iptables-nft", { ...bare, rules: legacyAlone }, /ready; .* into iptables-nft$/],
    ])("does not say that nothing is enforced where an enforcer is ready and %s", (_, facts, message) => {
      expect(unwell(facts)).toEqual([
        {
          check: "hook",
          status: "unknown",
          message: expect.stringMatching(message),
          mend: "Run the doctor where the enforcer runs, in its container.",
        },
      ]);
    });

    test("says so where there is no nft, and no enforcer that says otherwise", () => {
      expect(unwell({ ...bare, nftables, enforcer: silent })).toContainEqual(
        expect.objectContaining({ check: "hook", status: "fail" }),
      );
    });
  });

  test("misses neither iptables nor ipset where an enforcer would choose nftables", () => {
    const rules = rulesOf({ "nft IPv4": "", "nft IPv6": "" });
    const tools: NodeFacts["tools"] = new Map([
      ["nft", { kind: "found", version: "nftables v1.1.3" }],
      ["conntrack", { kind: "found", version: "conntrack v1.4.8" }],
    ]);
    const sets: NodeFacts["sets"] = { kind: "unknown", why: "ipset: ENOENT" };
    const found = diagnose({ ...healthy, backend: "nftables", rules, tools, sets });
    expect(found.filter(({ status }) => status !== "ok").map(({ check }) => check)).toEqual(["hook"]);
    expect(found).toContainEqual({ check: "nft", status: "ok", message: "nftables v1.1.3" });
    expect(found).toContainEqual(
      expect.objectContaining({
        check: "variant",
        message: "nothing of Selvedge stands; an enforcer would choose nftables",
      }),
    );
    const withIptables = diagnose({ ...healthy, backend: "nft", rules, tools, sets });
    expect(withIptables.filter(({ status }) => status === "fail").map(({ check }) => check)).toEqual(
      expect.arrayContaining(["iptables", "ipset"]),
    );
  });

  test("finds that nothing of ours stands", () => {
    const facts = { ...healthy, rules: rulesOf({ "nft IPv4": "", "nft IPv6": "" }) };
    const found = unwell({ ...facts, sets: { kind: "known", value: new Map() } });
    expect(found.map(({ check, status }) => `${status} ${check}`)).toEqual(["fail hook"]);
  });

  test.each([
    ["there is no bridge", { ...healthy, bridges: { kind: "known", value: [] } as const }],
    [
      "the bridge has switches of its own",
      {
        ...healthy,
        bridges: {
          kind: "known",
          value: [{ name: "cni0", isFiltered: { IPv4: true, IPv6: true } }],
        } as const,
      },
    ],
  ])("minds no switch for all bridges where %s", (_, facts) => {
    const { switches } = switched({
      "net.bridge.bridge-nf-call-iptables": "0",
      "net.bridge.bridge-nf-call-ip6tables": "0",
    });
    expect(unwell({ ...facts, switches })).toEqual([]);
  });

  test("has an enforcer's word for the kernel where nothing can be tried", () => {
    const facts = { ...healthy, trials: { kind: "unknown", why: "unshare: not permitted" } } as const;
    expect(unwell(facts)).toEqual([]);
    const unready = { ...facts, enforcer: { kind: "answered", status: 503, body: "waits" } } as const;
    expect(unwell(unready).map(({ check, status }) => `${status} ${check}`)).toEqual([
      "unknown kernel",
      "fail enforcer",
    ]);
  });

  test("says that tables of nftables were not looked at", () => {
    const found = diagnose({ ...healthy, nftTables: { kind: "unknown", why: "nft: not found" } });
    expect(found).toContainEqual({
      check: "second enforcer",
      status: "ok",
      message: "none (tables of nftables not looked at: nft: not found)",
    });
  });

  test("has something to say for every check", () => {
    expect(new Set(diagnose(healthy).map(({ check }) => check)).size).toBe(16);
  });
});

test("as text: a line for each finding, the mend under what is not well", () => {
  const text = findingsText([
    { check: "hook", status: "ok", message: "first" },
    { check: "enforcer", status: "fail", message: "silent", mend: "Start it." },
  ]);
  expect(text).toBe("ok       hook      first\nfail     enforcer  silent\n                   -> Start it.\n");
});
