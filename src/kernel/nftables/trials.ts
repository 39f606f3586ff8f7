import type { Exec } from "../exec.ts";

/** Something that our rules of nftables are made of, and what was said against it; `undefined` where it works. */
export interface NftTrial {
  readonly feature: string;
  /** The kernel module that has it. */
  readonly module: string;
  readonly refused: string | undefined;
}

/** In the words of nft, after a table and a chain of the family that is named; `%` is the table. */
const FEATURES: readonly (readonly [feature: string, module: string, family: "ip" | "ip6", lines: string])[] =
  [
    [
      "base chains",
      "nf_tables",
      "ip",
      "add chain % f { type filter hook forward priority mangle; policy accept; }",
    ],
    [
      "tables of IPv6",
      "nf_tables",
      "ip6",
      "add chain % f { type filter hook forward priority mangle; policy accept; }",
    ],
    ["sets", "nf_tables", "ip", "add set % s { typeof ip saddr; }; add element % s { 192.0.2.1 }"],
    [
      "sets of intervals",
      "nf_tables",
      "ip",
      "add set % s { typeof ip saddr; flags interval; }; add element % s { 192.0.2.0/24 }",
    ],
    [
      "sets of addresses with ports",
      "nf_tables",
      "ip",
      "add set % s { type ipv4_addr . inet_proto . inet_service; }; add rule % c ip daddr . meta l4proto . th dport @s return",
    ],
    [
      "maps to verdicts",
      "nf_tables",
      "ip",
      "add map % m { typeof ip saddr : verdict; }; add chain % d; add element % m { 192.0.2.1 : goto d }; add rule % c ip daddr vmap @m",
    ],
    [
      "maps of addresses with ports to verdicts",
      "nf_tables",
      "ip",
      "add map % m { typeof ip daddr . meta l4proto . th dport : verdict; }; add chain % d; add element % m { 192.0.2.1 . tcp . 443 : goto d }; add rule % c ip daddr . meta l4proto . th dport vmap @m",
    ],
    ["ct state", "nft_ct", "ip", "add chain % d; add rule % c ct state ! established,related goto d"],
    ["fib", "nft_fib_ipv4", "ip", "add rule % c fib saddr type local accept"],
    ["fib of IPv6", "nft_fib_ipv6", "ip6", "add rule % c fib saddr type local accept"],
    ["limit", "nft_limit", "ip", "add rule % c limit rate 10/second burst 20 packets continue"],
    ["log", "nft_log", "ip", 'add rule % c log prefix "probe" group 86'],
    ["counter", "nf_tables", "ip", 'add rule % c counter drop comment "probe"'],
  ];

/** What refuses; asked apart, as denied packets can be dropped instead. */
const REFUSALS: typeof FEATURES = [
  ["reject", "nft_reject_ipv4", "ip", "add rule % c reject with tcp reset; add rule % c reject"],
  ["reject of IPv6", "nft_reject_ipv6", "ip6", "add rule % c reject with tcp reset; add rule % c reject"],
];

type Feature = (typeof FEATURES)[number];

const scriptOf = ([, , family, lines]: Feature, index: number): string => {
  const table = `${family} selvedge-trial-${index}`;
  return [`add table ${table}`, `add chain ${table} c`, ...lines.replaceAll("%", table).split(/;(?= add )/)]
    .map((line) => `${line.trim()}\n`)
    .join("");
};

/** What is said against a transaction that is never committed. */
async function refusalOf(exec: Exec, input: string): Promise<string | undefined> {
  const { code, stdout, stderr } = await exec({ command: "nft", args: ["--check", "-f", "-"], input });
  // The line under it only repeats what was asked.
  return code === 0 ? undefined : (stderr || stdout).trim().split("\n")[0] || `exit ${code}`;
}

/**
 * Has the kernel look at one rule or set of each sort, in a transaction that is never committed (`nft --check`): nothing is written,
 * and no namespace is needed. All at once, and each by itself where something is refused, as the first refusal tells of no other. The
 * kernel may load modules on the way, as it does for the enforcer.
 */
async function tryEach(exec: Exec, features: readonly Feature[]): Promise<NftTrial[]> {
  const together = await refusalOf(exec, features.map(scriptOf).join(""));
  return Promise.all(
    features.map(async (each): Promise<NftTrial> => {
      const [feature, module] = each;
      const refused = together && (await refusalOf(exec, scriptOf(each, 0)));
      return { feature, module, refused };
    }),
  );
}

/** What no rule of ours can do without. */
export const tryNftables = (exec: Exec): Promise<NftTrial[]> => tryEach(exec, FEATURES);

/** What refuses denied packets. */
export const tryNftRefusal = (exec: Exec): Promise<NftTrial[]> => tryEach(exec, REFUSALS);
