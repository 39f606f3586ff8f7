/*
 * A packet meets the rules that were in force when it came to the base chain, and the elements of maps as they are when it comes to
 * those. What it finds at the instant of a change is shown by very many packets, all of them denied before and after, or all allowed.
 */
import { expect, test } from "vitest";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { must } from "../../support/must.ts";
import { describeKernel } from "../support.ts";
import { nftRule, nftRuleset, setOfType } from "../unit/nft-rulesets.ts";
import { nftRig } from "./rig.ts";

/** Whom the packets are for. */
const SUBJECT = "192.0.2.9";
const OTHER = "192.0.2.10";
const SECONDS = 4;

interface Judged {
  /** The class of each address. */
  readonly classes: Readonly<Record<string, string>>;
  /** Each port of an address to which the map of ports leads. */
  readonly ports?: readonly string[];
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  /** Whom the start gate knows; absent where none stands. */
  readonly known?: readonly string[];
  readonly chains: Readonly<Record<string, readonly string[]>>;
}

/** The ways to classes as they are laid out, for packets of the node itself. */
function judged({ classes, ports, groups = {}, known, chains }: Judged): Ruleset {
  const addresses = Object.keys(classes);
  const verdicts = addresses.map((address) => `${address} : goto SV-C-${classes[address]}`);
  const sets = Object.entries(groups).map(
    ([name, members]) => [`SV4-G-${name}`, setOfType("hash:ip", ...members)] as const,
  );
  return nftRuleset({
    sets: {
      "SV4-verdicts-ingress": setOfType("verdicts", ...verdicts),
      "SV4-isolated-ingress": setOfType("hash:ip", ...addresses),
      "SV4-self": setOfType("pairs", ...addresses.map((address) => `${address} . ${address}`)),
      ...(ports && { "SV4-ports-ingress": setOfType("port-verdicts", ...ports) }),
      ...(known && { "SV4-known-a": setOfType("hash:ip", ...known) }),
      ...Object.fromEntries(sets),
    },
    chains: {
      OUTPUT: [nftRule("jump SV-INGRESS")],
      "SV-INGRESS": [
        ...(ports === undefined
          ? []
          : [nftRule("ip daddr . meta l4proto . th dport vmap @SV4-ports-ingress")]),
        nftRule("ip daddr vmap @SV4-verdicts-ingress"),
        nftRule("ip daddr 192.0.2.0/24 goto SV-I-REST"),
      ],
      "SV-I-REST": [
        ...(known === undefined
          ? []
          : [nftRule("ip daddr 192.0.2.0/24 ip daddr != @SV4-known-a goto SV-GATE")]),
        nftRule("ip daddr @SV4-isolated-ingress counter drop"),
      ],
      "SV-GATE": [nftRule("counter drop")],
      ...chains,
    },
  });
}

const drop = nftRule("counter drop");

/** Two values by turns. */
const byTurns = <T>(revision: number, even: T, odd: T): readonly [T, T] =>
  revision % 2 === 0 ? [even, odd] : [odd, even];

/** Rulesets that deny one address, each in another way than the one before. */
const denials: Readonly<Record<string, (revision: number) => Ruleset>> = {
  "its class is another": (revision) =>
    judged({
      classes: { [SUBJECT]: `${revision}` },
      ports: [`${SUBJECT} . udp . 53 : goto SV-C-${revision}-udp-53`],
      chains: {
        [`SV-C-${revision}`]: [nftRule(`goto SV-C-${revision}-rest`)],
        [`SV-C-${revision}-udp-53`]: [nftRule(`goto SV-C-${revision}-rest`)],
        [`SV-C-${revision}-rest`]: [nftRule("counter drop", `${revision}`)],
      },
    }),
  "its class parts from another": (revision) =>
    judged({
      classes: { [SUBJECT]: `${revision}`, [OTHER]: `${revision - 1}` },
      chains: { [`SV-C-${revision}`]: [drop], [`SV-C-${revision - 1}`]: [drop] },
    }),
  "it joins the group that is allowed no longer": (revision) => {
    const [joined, allowed] = byTurns(revision, "a", "b");
    return judged({
      classes: { [SUBJECT]: "a" },
      groups: { [joined]: [SUBJECT], [allowed]: [OTHER] },
      chains: {
        "SV-C-a": [nftRule(`ip saddr @SV4-G-${allowed} counter return`), drop],
        "SV-C-b": [nftRule(`ip saddr @SV4-G-${joined} counter drop`)],
      },
    });
  },
  "its class is another, and it joins the group that the first allows": (revision) => {
    const [its, others] = byTurns(revision, "a", "b");
    const [member] = byTurns(revision, OTHER, SUBJECT);
    return judged({
      classes: { [SUBJECT]: its, [OTHER]: others },
      groups: { a: [member] },
      chains: { "SV-C-a": [nftRule("ip saddr @SV4-G-a counter return"), drop], "SV-C-b": [drop] },
    });
  },
  "the start gate comes to know it": (revision) => {
    const [known] = byTurns(revision, [OTHER], [SUBJECT, OTHER]);
    return judged({
      classes: Object.fromEntries(known.map((address) => [address, "a"])),
      known,
      chains: { "SV-C-a": [drop] },
    });
  },
};

interface Allowed {
  /** Who sends. */
  readonly from: string;
  readonly ruleset: (revision: number) => Ruleset;
}

const members = nftRule("ip saddr @SV4-G-a counter return");

/** Rulesets that allow one address another, each in another way than the one before. */
const allowances: Readonly<Record<string, Allowed>> = {
  "its class comes, or goes": {
    from: OTHER,
    ruleset: (revision) =>
      judged({
        classes: byTurns<Judged["classes"]>(revision, {}, { [SUBJECT]: "a" })[0],
        groups: { a: [OTHER] },
        chains: byTurns<Judged["chains"]>(revision, {}, { "SV-C-a": [members, drop] })[0],
      }),
  },
  "its class comes, or goes, and it sends to itself": {
    from: SUBJECT,
    ruleset: (revision) =>
      judged({
        classes: byTurns<Judged["classes"]>(revision, {}, { [SUBJECT]: "a" })[0],
        chains: byTurns<Judged["chains"]>(
          revision,
          {},
          { "SV-C-a": [nftRule("ip saddr . ip daddr @SV4-self return"), drop] },
        )[0],
      }),
  },
  "its class is another, and its peer leaves the group that the first allows": {
    from: OTHER,
    ruleset: (revision) => {
      const [its, others] = byTurns(revision, "a", "b");
      const [member] = byTurns(revision, OTHER, SUBJECT);
      return judged({
        classes: { [SUBJECT]: its, "192.0.2.11": others },
        groups: { a: [member] },
        chains: { "SV-C-a": [members, drop], "SV-C-b": [nftRule("counter return"), drop] },
      });
    },
  },
  "its peer goes from one group to another": {
    from: OTHER,
    ruleset: (revision) => {
      const [one, other] = byTurns(revision, "a", "b");
      return judged({
        classes: { [SUBJECT]: "a" },
        groups: { [one]: [OTHER], [other]: [SUBJECT] },
        chains: { "SV-C-a": [members, nftRule("ip saddr @SV4-G-b counter return"), drop] },
      });
    },
  },
};

/**
 * Sends to one port and the other as fast as it can; whoever is denied is told at once (EPERM). Both are open, so that nobody is told
 * anything else. Prints how many were sent, and passed.
 */
const flooding = (from: string): string => `
  use Socket;
  sub at {
    socket(my $socket, AF_INET, SOCK_DGRAM, 0) or die;
    bind($socket, $_[0]) or die;
    $socket
  }
  my @subject = map { pack_sockaddr_in($_, inet_aton("${SUBJECT}")) } (53, 54);
  my @open = map { at($_) } @subject;
  my @ports = map {
    my $socket = at(pack_sockaddr_in(0, inet_aton("${from}")));
    connect($socket, $_) or die;
    $socket
  } @subject;
  my ($sent, $passed, $end) = (0, 0, time + ${SECONDS});
  while (time < $end) {
    for (1 .. 1000) {
      for my $socket (@ports) {
        $sent++;
        if (defined send($socket, "x", 0)) { $passed++ } elsif (!$!{EPERM}) { die "$!" }
      }
    }
  }
  print "$sent $passed";
`;

interface Flood {
  readonly what: string;
  readonly from: string;
  readonly ruleset: (revision: number) => Ruleset;
  readonly way?: "nft kept open" | "a process each";
}

interface Counted {
  readonly sent: number;
  readonly passed: number;
}

/** Has the kernel change from one ruleset to the next while packets are under way. */
async function flooded({ what, from, ruleset, way = "nft kept open" }: Flood): Promise<Counted> {
  const rig = await nftRig();
  await rig.netns.sh(
    `ip link set lo up; ip address add ${SUBJECT}/32 dev lo; ip address add ${OTHER}/32 dev lo`,
  );
  const kernel = way === "nft kept open" ? rig.keeping() : rig.another();
  await kernel.bring(ruleset(0));
  const over = new AbortController();
  const flood = rig.netns.exec({ command: "perl", args: ["-e", flooding(from)] }).finally(() => over.abort());
  let revision = 0;
  for (; !over.signal.aborted; revision += 1)
    expect((await kernel.bring(ruleset(revision + 1))).failures).toEqual([]);
  const { stdout, stderr } = await flood;
  expect(stderr).toBe("");
  const [sent = 0, passed = 0] = stdout.split(" ").map(Number);
  process.stdout.write(
    `in flight, ${what}, ${way}: ${revision} changes, ${sent} packets, ${passed} passed\n`,
  );
  expect(sent).toBeGreaterThan(0);
  return { sent, passed };
}

const denied = [
  ...Object.keys(denials).map((what) => [what, "nft kept open"] as const),
  ["its class is another", "a process each"],
  ["it joins the group that is allowed no longer", "a process each"],
] as const;

describeKernel("a packet that is under way when rules change", () => {
  test.each(denied)(
    "and denied before and after is denied where %s: %s",
    { timeout: 60_000 },
    async (what, way) => {
      const { passed } = await flooded({ what, way, from: SUBJECT, ruleset: must(denials[what]) });
      expect(passed).toBe(0);
    },
  );

  test.each(Object.entries(allowances))(
    "and allowed before and after is allowed where %s",
    { timeout: 60_000 },
    async (what, allowed) => {
      const { sent, passed } = await flooded({ what, ...allowed });
      expect(sent - passed).toBe(0);
    },
  );
});
