/*
 * A packet meets the rules that were in force when it came to the base chain, and the elements of maps as they are when it comes to
 * those. What it finds at the instant of a change is shown by very many packets, all of them denied before and after.
 */
import { expect, test } from "vitest";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { must } from "../../support/must.ts";
import { describeKernel } from "../support.ts";
import { nftRule, nftRuleset, setOfType } from "../unit/nft-rulesets.ts";
import { nftRig } from "./rig.ts";

const DENIED = "192.0.2.9";
const OTHER = "192.0.2.10";
const SECONDS = 4;

/** Rulesets that deny one address, each in another way than the one before. */
const denials: Readonly<Record<string, (revision: number) => Ruleset>> = {
  "its class is another": (revision) =>
    nftRuleset({
      sets: {
        "SV4-verdicts-egress": setOfType("verdicts", `${DENIED} : goto SV-C-${revision}`),
        "SV4-ports-egress": setOfType("port-verdicts", `${DENIED} . udp . 53 : goto SV-C-${revision}-udp-53`),
      },
      chains: {
        OUTPUT: [
          nftRule("ip daddr . meta l4proto . th dport vmap @SV4-ports-egress"),
          nftRule("ip daddr vmap @SV4-verdicts-egress"),
        ],
        [`SV-C-${revision}`]: [nftRule(`goto SV-C-${revision}-rest`)],
        [`SV-C-${revision}-udp-53`]: [nftRule(`goto SV-C-${revision}-rest`)],
        [`SV-C-${revision}-rest`]: [nftRule("counter drop", `${revision}`)],
      },
    }),
  "it joins the group that is allowed no longer": (revision) => {
    const [joined, allowed] = revision % 2 === 0 ? ["a", "b"] : ["b", "a"];
    return nftRuleset({
      sets: {
        "SV4-verdicts-egress": setOfType("verdicts", `${DENIED} : goto SV-C-a`),
        [`SV4-G-${joined}`]: setOfType("hash:ip", DENIED),
        [`SV4-G-${allowed}`]: setOfType("hash:ip", OTHER),
      },
      chains: {
        OUTPUT: [nftRule("ip daddr vmap @SV4-verdicts-egress")],
        "SV-C-a": [nftRule(`ip daddr @SV4-G-${allowed} counter return`), nftRule("counter drop")],
        "SV-C-b": [nftRule(`ip daddr @SV4-G-${joined} counter drop`)],
      },
    });
  },
};

/** Sends to one port and the other as fast as it can; whoever is denied is told at once (EPERM). Prints how many were sent, and passed. */
const FLOOD = `
  use Socket;
  my @ports = map {
    socket(my $socket, AF_INET, SOCK_DGRAM, 0) or die;
    connect($socket, pack_sockaddr_in($_, inet_aton("${DENIED}"))) or die;
    $socket
  } (53, 54);
  my ($sent, $passed, $end) = (0, 0, time + ${SECONDS});
  while (time < $end) {
    for (1 .. 1000) {
      for my $socket (@ports) { $sent++; $passed++ if defined send($socket, "x", 0); }
    }
  }
  print "$sent $passed";
`;

const ways = ["a process each", "nft kept open"] as const;

describeKernel("a packet that is under way when rules change, denied before and after,", () => {
  test.each(Object.keys(denials).flatMap((what) => ways.map((way) => [what, way] as const)))(
    "is denied where %s: %s",
    { timeout: 60_000 },
    async (what, way) => {
      const denied = must(denials[what]);
      const rig = await nftRig();
      await rig.netns.sh(`ip link set lo up; ip address add ${DENIED}/32 dev lo`);
      const kernel = way === "nft kept open" ? rig.keeping() : rig.another();
      await kernel.bring(denied(0));
      const over = new AbortController();
      const flood = rig.netns.exec({ command: "perl", args: ["-e", FLOOD] }).finally(() => over.abort());
      let revision = 0;
      for (; !over.signal.aborted; revision += 1)
        expect((await kernel.bring(denied(revision + 1))).failures).toEqual([]);
      const { stdout, stderr } = await flood;
      expect(stderr).toBe("");
      const [sent = 0, passed = 0] = stdout.split(" ").map(Number);
      process.stdout.write(
        `in flight, ${what}, ${way}: ${revision} changes, ${sent} packets, ${passed} passed\n`,
      );
      expect(sent).toBeGreaterThan(0);
      expect(passed).toBe(0);
    },
  );
});
