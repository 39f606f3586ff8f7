import { isOurHook } from "../../kernel/ours.ts";
import { variants } from "../../kernel/read-everywhere.ts";
import { type SavedRule, type SavedTable, jumpOf } from "../../kernel/saved-rules.ts";
import { backendName } from "../../kernel/variant.ts";
import type { NodeFacts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";
import { type HookedChain, hookedChains } from "../../render/ruleset.ts";
import { ourNftTables } from "../nft-standing.ts";
import { nftHookTroubles } from "./nft-hooks.ts";
import { type OurTable, isRefusing, ourTables } from "../standing.ts";

const check = "hook";

/** What ends a packet's way through mangle without dropping it. */
const PASSING = new Set(["ACCEPT", "NFQUEUE", "QUEUE"]);

/** Whether a packet in this chain may leave mangle before it comes back. */
function mayPass(mangle: SavedTable, chain: string, seen: ReadonlySet<string> = new Set()): boolean {
  if (PASSING.has(chain)) return true;
  if (seen.has(chain)) return false;
  const inside = mangle.rules.filter((rule) => rule.chain === chain);
  return inside.some(({ rule }) => {
    const jump = jumpOf(rule);
    return jump !== undefined && mayPass(mangle, jump.to, new Set([...seen, chain]));
  });
}

/** Whether a rule of a built-in chain takes packets past the rules behind it: RETURN and goto end there in the policy. */
function takesPast(mangle: SavedTable, { rule }: SavedRule): boolean {
  const jump = jumpOf(rule);
  return jump !== undefined && (jump.to === "RETURN" || jump.isGoto || mayPass(mangle, jump.to));
}

const REPAIR =
  "The enforcer puts it first within seconds: start it, or see in its log why it cannot; then find out who writes before it.";

/** What a chain without our hook lets happen. */
const consequences: Readonly<Record<HookedChain, string>> = {
  FORWARD: "its policies are not enforced",
  OUTPUT: "its policies are not enforced",
  POSTROUTING: "what it denies passes where others accept it in filter",
};

function hookOf({ place, mangle }: OurTable, chain: HookedChain): Finding[] {
  const rules = mangle.rules.filter((rule) => rule.chain === chain);
  const position = rules.findIndex(isOurHook);
  if (position === -1)
    return [
      {
        check,
        status: "fail",
        message: `${place}: no rule in mangle ${chain} leads to Selvedge: ${consequences[chain]}`,
        mend: "The enforcer puts it back within seconds: start it, or see in its log why it cannot.",
      },
    ];
  const before = rules.slice(0, position);
  const past = before.find((rule) => takesPast(mangle, rule));
  if (past !== undefined)
    return [
      {
        check,
        status: "fail",
        message: `${place}: a rule before Selvedge's takes packets past it: -A ${chain} ${past.rule}`,
        mend: REPAIR,
      },
    ];
  if (position > 0)
    return [
      {
        check,
        status: "warn",
        message: `${place}: Selvedge's rule in mangle ${chain} is number ${position + 1}, not the first`,
        mend: REPAIR,
      },
    ];
  return [];
}

const NFT_REPAIR =
  "The enforcer makes its table anew within seconds: start it, or see in its log why it cannot; then find out who writes there.";

/** Whether there may be something of ours that could not be seen. */
const isUnread = ({ rules, nftables }: NodeFacts): boolean =>
  rules.some(({ reading }) => reading.kind === "unreadable") ||
  nftables.some(({ reading }) => reading.kind === "unreadable" && !reading.isMissing);

/** Where something of ours may stand that nobody has looked for, as what would show it is not on this machine. */
const unlooked = ({ rules, nftables }: NodeFacts): string[] => [
  ...variants
    .filter((variant) => rules.every((each) => each.variant !== variant || each.reading.kind === "absent"))
    .map(backendName),
  ...(nftables.every(({ reading }) => reading.kind === "unreadable" && reading.isMissing)
    ? [backendName("nftables")]
    : []),
];

/** What nothing of ours means: an enforcer that is ready has written, in its container perhaps by programs that are not here. */
function nothingStands(facts: NodeFacts): Finding {
  const { enforcer } = facts;
  const places = unlooked(facts);
  if (places.length > 0 && enforcer.kind === "answered" && enforcer.status === 200)
    return {
      check,
      status: "unknown",
      message: `nothing of Selvedge's is seen, though its enforcer is ready; without their programs here nobody has looked into ${places.join(", ")}`,
      mend: "Run the doctor where the enforcer runs, in its container.",
    };
  return {
    check,
    status: "fail",
    message: "nothing of Selvedge's stands in the kernel: no policy is enforced on this node",
    mend: "Start `selvedge enforcer`; if it runs, see in its log why it does not write.",
  };
}

/** Whether every packet that is forwarded comes to Selvedge, before anybody lets it pass. */
export function hooks(facts: NodeFacts): Finding[] {
  const tables = ourTables(facts);
  const nftTables = ourNftTables(facts);
  if (tables.length + nftTables.length === 0 && isUnread(facts))
    return [
      {
        check,
        status: "unknown",
        message: "nothing of Selvedge's is seen, but not all rules can be read",
        mend: "Mend what keeps them from being read (above), then ask again.",
      },
    ];
  if (tables.length + nftTables.length === 0) return [nothingStands(facts)];
  const hooked = (table: OurTable): readonly HookedChain[] =>
    isRefusing(table) ? hookedChains : ["FORWARD", "OUTPUT"];
  const findings = [
    ...tables.flatMap((table) => hooked(table).flatMap((chain) => hookOf(table, chain))),
    ...nftTables
      .flatMap(nftHookTroubles)
      .map((message): Finding => ({ check, status: "fail", message, mend: NFT_REPAIR })),
  ];
  if (findings.length > 0) return findings;
  const places = (some: readonly { readonly place: string }[]): string =>
    some.map(({ place }) => place).join("; ");
  return [
    ok(
      check,
      [
        ...(tables.length > 0 ? [`first in mangle FORWARD and OUTPUT (${places(tables)})`] : []),
        ...(nftTables.length > 0 ? [`at hooks forward and output (${places(nftTables)})`] : []),
      ].join("; "),
    ),
  ];
}
