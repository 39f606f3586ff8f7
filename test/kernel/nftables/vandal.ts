import type { Family } from "../../../src/core/address.ts";
import { NFT_TABLE } from "../../../src/render/names.ts";
import { header } from "../../../src/render/nftables/words.ts";
import { type ListedBlock, listedBlocks } from "../../../src/kernel/nftables/listed-blocks.ts";
import type { Damage } from "../airtight/vandal.ts";

/** A shell's line that has nft read this. */
const nft = (script: string): string => `nft -f - <<'END'\n${script}\nEND`;

/** What a rule is replaced by so that it reads much like it. */
const alterations: readonly (readonly [RegExp, string])[] = [
  [/ return comment/, " accept comment"],
  [/ drop comment/, " accept comment"],
  [/dport \d+ /, "dport 7 "],
  [/saddr @/, "saddr != @"],
  [/ goto SV-GATE/, " accept"],
  [/burst 20/, "burst 21"],
  [/^ct state established,related/, "ct state established,related,new"],
  [/^/, "meta mark 0x00000007 "],
];

interface ListedRule {
  readonly text: string;
  readonly handle: string;
}

const rulesOf = (body: string): ListedRule[] =>
  [...body.matchAll(/^\t\t(.*) # handle (\d+)$/gm)].map(([, text = "", handle = ""]) => ({ text, handle }));

function chainDamages({ name, body }: ListedBlock, table: string): string[] {
  const rules = rulesOf(body);
  const isBase = body.includes(" hook ");
  const refilled = rules.map(({ text }) => `add rule ${table} ${name} ${text}`).join("\n");
  const made = (declared: string): string =>
    nft(
      `flush chain ${table} ${name}\ndelete chain ${table} ${name}\nadd chain ${table} ${name} ${declared}\n${refilled}`,
    );
  const hook = name.toLowerCase();
  return [
    `nft flush chain ${table} ${name}`,
    nft(`add rule ${table} ${name} accept`),
    nft(`add rule ${table} ${name} accept comment "somebody's #aaaaaaaaaa"`),
    ...(isBase
      ? [
          `nft flush chain ${table} ${name}; nft delete chain ${table} ${name}`,
          made(`{ type filter hook ${hook} priority filter; policy accept; }`),
          made(`{ type filter hook ${hook} priority mangle; policy drop; }`),
          made('{ comment "somebody\'s"; }'),
          made(""),
        ]
      : []),
    ...rules.flatMap(({ text, handle }, i) => [
      `nft delete rule ${table} ${name} handle ${handle}`,
      nft(`replace rule ${table} ${name} handle ${handle} accept`),
      nft(`insert rule ${table} ${name} handle ${handle} return`),
      nft(`insert rule ${table} ${name} handle ${handle} ${text}`),
      ...alterations
        .filter(([from]) => from.test(text))
        .map(([from, to]) => nft(`replace rule ${table} ${name} handle ${handle} ${text.replace(from, to)}`)),
      ...(i + 1 < rules.length
        ? [`nft delete rule ${table} ${name} handle ${handle}; ${nft(`add rule ${table} ${name} ${text}`)}`]
        : []),
    ]),
  ];
}

const strangers: Readonly<Record<Family, string>> = { IPv4: "203.0.113.77", IPv6: "2001:db8::77" };

function setDamages({ kind, name, body }: ListedBlock, table: string, family: Family): string[] {
  const stranger = strangers[family];
  const [, type = ""] = /\ttype(?:of)? (.*)\n/.exec(body) ?? [];
  const first = /elements = \{ ([^,}]*[^,}\s])/.exec(body)?.[1];
  const foreign = type.endsWith(". inet_service")
    ? `${stranger} . tcp . 7`
    : type.endsWith(": verdict")
      ? `${stranger} : accept`
      : type.includes(" . ")
        ? `${stranger} . ${stranger}`
        : stranger;
  const added = nft(`add element ${table} ${name} { ${foreign} }`);
  if (first === undefined) return [added];
  const [key = ""] = first.split(" : ");
  const deleted = `delete element ${table} ${name} { ${key} }`;
  return [
    added,
    nft(deleted),
    `nft flush ${kind} ${table} ${name}`,
    nft(`${deleted}\nadd element ${table} ${name} { ${foreign} }`),
    ...(type.endsWith(": verdict")
      ? [nft(`${deleted}\nadd element ${table} ${name} { ${key} : accept }`)]
      : []),
    ...(type.includes(" : ") || body.includes("interval")
      ? []
      : [nft(`${deleted}\nadd element ${table} ${name} { ${first} comment "somebody's, too" }`)]),
  ];
}

/** What is done to the table as a whole, by lines and by an editor of what `nft list` prints. */
function tableDamages(text: string, family: Family, table: string): string[] {
  const plain = text.replaceAll(/ # handle \d+$/gm, "");
  // Not every family has a set of each kind.
  const edited = (from: RegExp | string, to: string): string[] => {
    const other = plain.replace(from, to);
    return other === plain ? [] : [nft(`delete table ${table}\n${other}`)];
  };
  const address = family === "IPv4" ? "ipv4_addr" : "ipv6_addr";
  const one = family === "IPv4" ? "typeof ip saddr" : "typeof ip6 saddr";
  return [
    `nft delete table ${table}`,
    nft(`add table ${table} { flags dormant; }`),
    nft(`delete table ${table}\nadd table ${table}`),
    `nft flush table ${table}`,
    nft(`add chain ${table} theirs`),
    nft(`add chain ${table} theirs { type filter hook forward priority 5; }`),
    nft(
      `add chain ${table} theirs\nadd rule ${table} theirs accept\ninsert rule ${table} FORWARD jump theirs`,
    ),
    nft(`add chain ${table} theirs\nadd rule ${table} theirs jump SV-INGRESS`),
    nft(`add set ${table} theirs { type ${address}; }`),
    nft(`add set ${table} theirs { type mark; }`),
    nft(
      `add map ${table} theirs { type mark : verdict; }\nadd element ${table} theirs { 7 : jump SV-EGRESS }`,
    ),
    nft(`add counter ${table} theirs`),
    ...edited(`\t\t${one}\n`, `\t\t${one}\n\t\tflags timeout\n`),
    ...edited(`\t\t${one}\n`, `\t\t${one}\n\t\tsize 7000\n`),
    ...edited(`\t\t${one}\n`, `\t\ttype ${address}\n`),
    ...edited(`\t\t${one}\n`, `\t\t${one}\n\t\tcomment "somebody's"\n`),
    ...edited(/(\tset SV\d-G-\S+ \{\n\t\ttypeof .*\n)/, "$1\t\tflags interval\n"),
    ...edited(/(\tset SV\d-N-\S+ \{\n\t\ttypeof .*\n)/, "$1\t\tauto-merge\n"),
  ];
}

/** In turn for each chain, rule, set and map of ours that nft tells of with handles (`nft -sa list table`), of one family. */
export function nftDamages(text: string, family: Family): Damage[] {
  const table = `${header[family]} ${NFT_TABLE}`;
  const blocks = listedBlocks(text.replaceAll(/\{ # handle \d+$/gm, "{")) ?? [];
  const inBlocks = blocks.flatMap((block): Damage[] =>
    block.kind === "chain"
      ? chainDamages(block, table).map((line) => ({ line, object: `${family} ${block.name}` }))
      : setDamages(block, table, family).map((line) => ({ line, object: block.name })),
  );
  const whole = tableDamages(text.replaceAll(/\{ # handle \d+$/gm, "{"), family, table);
  return [...inBlocks, ...whole.map((line) => ({ line, object: "", isAlone: true }))];
}
