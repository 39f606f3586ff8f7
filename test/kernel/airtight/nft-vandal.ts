import { type NftBlock, type NftContent, nftBlocks } from "./nft-content.ts";
import type { Damage } from "./damage.ts";

const families = [
  { family: "IPv4", table: "ip selvedge", address: "203.0.113.77" },
  { family: "IPv6", table: "ip6 selvedge", address: "2001:db8::77" },
] as const;

type Place = (typeof families)[number];

/**
 * Damages as one script for the shell. In them `handle 'ip selvedge' SV-INGRESS 2` is the handle that the chain's second rule
 * had before all of them, what nft is told is one transaction, and `remade 'ip selvedge' SCRIPT` writes a table anew as sed makes
 * it of its listing.
 */
export const nftHand = (lines: string): string => `
standing=$(for t in 'ip selvedge' 'ip6 selvedge'; do nft -a list table $t; done)
handle() { echo "$standing" | awk -v table="table $1 {" -v chain="\tchain $2 {" -v rule=$3 '
  /^table / { inTable = index($0, table) == 1 }
  /^\t(chain|set|map) / { inChain = inTable && index($0, chain) == 1; n = 0; next }
  inChain && / # handle [0-9]+$/ && ++n == rule { print $NF }'; }
remade() { { echo "delete table $1"; command nft -s list table $1 | sed "$2"; } | command nft -f -; }
commands=
nft() { commands="$commands$*
"; }
${lines}
printf '%s' "$commands" | command nft -f -`;

/** In turn for each table, chain, rule and set of ours that the kernel tells of. */
export const nftDamages = (content: NftContent): Damage[] =>
  families.flatMap((place) => {
    const blocks = nftBlocks(content[place.family]);
    const sets = blocks.filter(
      ({ kind, declared }) => kind === "set" && /^typeof ip6? saddr$/.test(declared),
    );
    return [
      ...blocks.flatMap((block, i) =>
        block.kind === "chain"
          ? chainDamages(block, place, sets)
          : setDamages(block, i, place).map((damage) => ({ ...damage, object: block.name })),
      ),
      ...tableDamages(place),
    ];
  });

const quoted = (words: string): string => `'${words.replaceAll("'", "'\\''")}'`;

const alone = (object: string, ...lines: readonly string[]): Damage[] =>
  lines.map((line) => ({ line, object, apart: line }));

/** What is done to the table as a whole: it has to be told by all that it leads to. */
function tableDamages({ family, table }: Place): Damage[] {
  const anew = (chain: string, hook: string): string =>
    `remade '${table}' '/chain ${chain} {/,/}/ s/\\ttype filter hook .*/\\t${hook}/'`;
  return [
    ...alone(
      `${family} FORWARD`,
      `nft delete table ${table}`,
      `nft 'add table ${table} { flags dormant; }'`,
      `nft delete table ${table}; nft add table ${table}`,
      `nft flush table ${table}`,
      `nft add counter ${table} theirs`,
      `nft add set ${table} theirs '{ type mark; }'`,
      `nft add chain ${table} theirs '{ type filter hook forward priority -300; policy drop; }'`,
      `nft add chain ${table} FORWARD '{ policy drop; }'`,
      `nft flush chain ${table} FORWARD; nft delete chain ${table} FORWARD`,
      anew("FORWARD", ""),
      anew("FORWARD", 'comment "theirs"'),
      anew("FORWARD", "type filter hook forward priority 300; policy accept;"),
      anew("FORWARD", "type filter hook input priority mangle; policy accept;"),
    ),
    ...alone(`${family} OUTPUT`, anew("OUTPUT", ""), `nft add chain ${table} OUTPUT '{ policy drop; }'`),
    { line: `nft add chain ${table} theirs`, object: `${family} theirs` },
  ];
}

/** What a rule ends in, before its comment. */
const VERDICT = /\b(?:accept|drop|return|(?:goto|jump) \S+)(?= comment )/;

function chainDamages(
  { name, parts }: NftBlock,
  { family, table }: Place,
  sets: readonly NftBlock[],
): Damage[] {
  const at = (rule: number): string => `handle $(handle '${table}' ${name} ${rule + 1})`;
  const inRules = parts.flatMap((rule, i): string[] => {
    const replaced = (by: string): string => `nft replace rule ${table} ${name} ${at(i)} ${quoted(by)}`;
    const alike = [
      rule.replace(VERDICT, (verdict) => (verdict === "accept" ? "drop" : "accept")),
      rule.replace(/(?<=^\w+ dport )(?:\{.*?\}|\S+)/, "7"),
      rule.replace(/(?<=saddr )@/, "!= @"),
      rule.replace("burst 20", "burst 21"),
      rule.replace("established,related", "established,related,new"),
      // Another set of its type, under the same comment.
      rule.replace(
        /(?<=addr (?:!= )?)@(\S+)/,
        (_, set: string) =>
          `@${sets.find((each) => each.name !== set && sets.some((own) => own.name === set))?.name ?? set}`,
      ),
    ];
    return [
      `nft delete rule ${table} ${name} ${at(i)}`,
      replaced("accept"),
      `nft insert rule ${table} ${name} ${at(i)} return`,
      `nft insert rule ${table} ${name} ${at(i)} ${quoted(rule)}`,
      replaced(`ct state invalid ${rule}`),
      replaced(rule.includes(" counter ") ? rule.replace(" counter ", " ") : `counter ${rule}`),
      ...alike.filter((other) => other !== rule).map(replaced),
      ...(i + 1 < parts.length
        ? [`nft delete rule ${table} ${name} ${at(i)}; nft add rule ${table} ${name} ${quoted(rule)}`]
        : []),
    ];
  });
  const lines = [
    `nft flush chain ${table} ${name}`,
    `nft add rule ${table} ${name} accept`,
    `nft insert rule ${table} ${name} return`,
    ...inRules,
  ];
  return [
    ...lines.map((line) => ({ line, object: `${family} ${name}` })),
    {
      line: `nft rename chain ${table} ${name} renamed-${name}`,
      object: `${family} ${name}`,
      apart: "renamed",
    },
  ];
}

/** An element that is not in it, whatever its type. */
function foreign(declared: string, address: string): string {
  const verdict = declared.includes(": verdict") ? " : accept" : "";
  if (/inet_service|th dport/.test(declared)) return `${address} . tcp . 7${verdict}`;
  return declared.includes(" . ") ? `${address} . ${address}` : `${address}${verdict}`;
}

function setDamages(
  { kind, name, declared, parts }: NftBlock,
  turn: number,
  { table, address }: Place,
): Pick<Damage, "line" | "apart">[] {
  const element = (verb: string, ...elements: readonly string[]): string =>
    `nft ${verb} element ${table} ${name} ${quoted(`{ ${elements.join(", ")} }`)}`;
  const [first] = parts;
  const [key = "", verdict] = first?.split(" : ") ?? [];
  const instead = (by: string): string => `${element("delete", key)}; ${element("add", by)}`;
  const inElements =
    first === undefined
      ? []
      : [
          element("delete", key),
          `nft flush ${kind} ${table} ${name}`,
          ...(verdict === undefined ? [] : [instead(`${key} : accept`)]),
        ];
  /** With all that it held, and rules that name it: another set. */
  const optioned = (option: string): string =>
    `remade '${table}' '/${kind} ${name} {/,/}/ s/\\ttype.*/&\\n\\t\\t${option}/'`;
  const remade = [
    ...(first === undefined
      ? []
      : [instead(`${key} comment "theirs"${verdict === undefined ? "" : ` : ${verdict}`}`)]),
    ...(declared.includes("flags")
      ? []
      : ["flags timeout", "timeout 600s", "flags interval", "counter"].map(optioned)),
    ...(declared.endsWith("flags interval") ? [optioned("auto-merge")] : []),
    declared.includes("size ")
      ? `remade '${table}' '/${kind} ${name} {/,/}/ s/\\tsize .*/\tsize 7/'`
      : optioned("size 7"),
    optioned('comment "theirs"'),
  ];
  return [
    ...[element("add", foreign(declared, address)), ...inElements].map((line) => ({ line })),
    // Each set another way; all of them show in the same part of a listing.
    ...remade.filter((_, i) => i === turn % remade.length).map((line) => ({ line, apart: line })),
  ];
}
