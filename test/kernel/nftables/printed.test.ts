/* What nft itself says to the rules: it takes them, and prints them as they were written, or it would not know them again. */
import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Family, families } from "../../../src/core/address.ts";
import { parseCidr } from "../../../src/core/cidr.ts";
import type { Cluster } from "../../../src/core/compile.ts";
import type { GateScope } from "../../../src/core/start-gate.ts";
import { type Host, plainHost } from "../../../src/render/host.ts";
import { inOurWords } from "../../../src/kernel/nftables/in-our-words.ts";
import { BASE_CHAINS } from "../../../src/render/nftables/base-chains.ts";
import { nftablesLayout } from "../../../src/render/nftables/nftables.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { type OwnNetns, ownNetns } from "../own-netns.ts";
import { describeKernel } from "../support.ts";
import { clusterArbitrary } from "../../support/cluster-arbitrary.ts";
import { must } from "../../support/must.ts";
import { cluster, pod, policy } from "../../support/scenario.ts";
import { familyWord, wholeScript } from "../../support/nftables/whole-script.ts";
import { SEARCH_TIMEOUT, search } from "../../support/search.ts";
import { rulesetOf } from "../../support/transition.ts";

interface Case {
  readonly cluster: Cluster;
  readonly scope: GateScope | undefined;
  readonly host: Host;
}

const podCidrs = ["10.0.0.0/24", "10.0.1.0/30", "fd00::/64"].map((text) => must(parseCidr(text)));

const cases: fc.Arbitrary<Case> = fc.record({
  cluster: clusterArbitrary,
  scope: fc.constantFrom(undefined, { podCidrs, own: [] }),
  host: fc.record({
    selfTraffic: fc.constant("bpf" as const),
    bridges: fc.constantFrom([], ["cni0"], ["cni0", "docker0"]),
    denial: fc.constantFrom("drop" as const, "reject" as const),
  }),
});

/** The lines of each chain. */
function printedChains(listing: string): Map<string, string[]> {
  const blocks = [...listing.matchAll(/^\tchain (\S+) \{\n([^]*?)^\t\}$/gm)];
  return new Map(
    blocks.map(([, name = "", body = ""]) => [
      name,
      body
        .trim()
        .split("\n")
        .map((line) => inOurWords(line.trim()))
        .filter((line) => line !== ""),
    ]),
  );
}

const rendered = (ruleset: Ruleset, family: Family): Map<string, string[]> =>
  new Map(
    [...ruleset[family].chains].map(([name, rules]) => {
      const declared = BASE_CHAINS.get(name);
      return [name, [...(declared === undefined ? [] : [declared]), ...rules]];
    }),
  );

/** What random clusters have too little of. */
const awkward: Case = {
  cluster: cluster(
    [
      policy(
        {
          podSelector: {},
          policyTypes: ["Ingress", "Egress"],
          ingress: [
            {
              ports: Array.from({ length: 300 }, (_, i) => ({
                port: 2 * i + 1,
                endPort: 2 * i + 1 + (i % 2),
              })),
            },
            { ports: [{ port: 1, endPort: 65_534, protocol: "SCTP" }] },
            {
              ports: [
                { port: 1, endPort: 65_535, protocol: "SCTP" },
                { port: 2, endPort: 65_535 },
              ],
            },
            { from: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 53, protocol: "UDP" }] },
            { from: [{ ipBlock: { cidr: "::/0", except: ["::ffff:0:0/96"] } }] },
          ],
        },
        `long-${"name".repeat(60)}`,
      ),
      ...Array.from({ length: 20 }, (_, i) => policy({ podSelector: {} }, `closed-${i}`)),
    ],
    {
      pods: [
        pod("shop/mapped", { ips: ["10.0.0.1", "::ffff:1.2.3.4"] }),
        pod("shop/compatible", { ips: ["0.0.0.1", "::1.2.3.4"] }),
        pod("shop/zeroes", { ips: ["255.255.255.255", "1:0:0:2:0:0:0:3"] }),
        pod("shop/one-zero", { ips: ["10.0.0.9", "1:2:3:0:5:6:7:8"] }),
      ],
    },
  ),
  scope: {
    podCidrs: ["0.0.0.0/0", "10.0.0.9/32", "::/0", "fd00::1/128"].map((text) => must(parseCidr(text))),
    own: [],
  },
  host: { ...plainHost, bridges: ["br-0a1b2c3d4e5f", "lan.100", "wlan*x"], denial: "reject" },
};

describeKernel("the rules of nftables", () => {
  let netns: OwnNetns;
  beforeAll(async () => {
    netns = await ownNetns();
  });
  afterAll(() => netns.remove());

  const nft = (args: readonly string[], input = ""): string => {
    const [command, ...enter] = netns.enter;
    const { status, stdout, stderr } = spawnSync(command, [...enter, "nft", ...args], {
      input,
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    });
    if (status !== 0) throw new Error(`nft ${args.join(" ")}: ${stderr}`);
    return stdout;
  };

  /** How many rules were looked at. */
  function compare({ cluster, scope, host }: Case): number {
    const ruleset = rulesetOf(cluster, "n1", scope, host, nftablesLayout);
    nft(["-f", "-"], `flush ruleset\n${wholeScript(ruleset)}`);
    let rules = 0;
    for (const family of families) {
      const wanted = rendered(ruleset, family);
      expect(printedChains(nft(["-s", "list", "table", familyWord[family], "selvedge"]))).toEqual(wanted);
      rules += [...wanted.values()].flat().length;
    }
    return rules;
  }

  test(
    "are taken by nft, and printed as they are written",
    () => search("nft prints rules", { cases, inTest: 40 }, compare),
    SEARCH_TIMEOUT,
  );

  test("so are those of awkward policies, addresses and bridges", () => {
    expect(compare(awkward)).toBeGreaterThan(50);
  });
});
