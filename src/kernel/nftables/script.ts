import { type Family, families } from "../../core/address.ts";
import { NFT_TABLE, setFamily } from "../../render/names.ts";
import { BASE_CHAINS } from "../../render/nftables/base-chains.ts";
import { header } from "../../render/nftables/words.ts";
import type { SetType } from "../../render/ruleset.ts";
import type { Plan } from "../plan.ts";
import { MAX_ENTRIES } from "../set-size.ts";
import { setOf } from "../writer.ts";
import { elementOf } from "../../render/nftables/element.ts";
import { setForm } from "./set-form.ts";

/** How many elements one command moves: a line that is not endless, and few commands. */
const MOST_ELEMENTS = 10_000;

/** The plan's lines about one family's sets. */
interface SetChanges {
  /** Sets that go before others of their names are made. */
  readonly outgrown: readonly string[];
  readonly made: readonly string[];
  readonly added: readonly string[];
  readonly deleted: readonly string[];
}

function setChanges({ setsBefore, setsAfter }: Plan, family: Family): SetChanges {
  const lines = [...setsBefore, ...setsAfter].filter((line) => setFamily(setOf(line)) === family);
  const of = (verb: string): string[] => lines.filter((line) => line.startsWith(`${verb} `));
  return {
    outgrown: of("destroy").map(setOf),
    made: of("create"),
    added: of("add"),
    deleted: of("del"),
  };
}

const made = (line: string, family: Family): string => {
  const [, name = "", type = "", , , , most] = line.split(" ");
  const room = Number(most) < MAX_ENTRIES ? Number(most) : Infinity;
  const { kind, lines } = setForm(type as SetType, family, room);
  return `add ${kind} ${header[family]} ${NFT_TABLE} ${name} { ${lines.map((each) => `${each};`).join(" ")} }`;
};

/** Commands that move the elements of these lines, of each set together. */
function moved(verb: "add" | "delete", lines: readonly string[], family: Family): string[] {
  const bySet = Map.groupBy(lines, setOf);
  return [...bySet].flatMap(([name, own]) => {
    const elements = own.map((line) => elementOf(line.slice(line.indexOf(name) + name.length + 1)));
    const commands: string[] = [];
    for (let at = 0; at < elements.length; at += MOST_ELEMENTS) {
      const some = elements.slice(at, at + MOST_ELEMENTS).join(", ");
      commands.push(`${verb} element ${header[family]} ${NFT_TABLE} ${name} { ${some} }`);
    }
    return commands;
  });
}

/** The chains and rules of one family that an `iptables-restore` text is about, in nft's words. */
function chainCommands(
  text: string,
  table: string,
): Readonly<Record<"made" | "emptied" | "filled" | "renamed" | "gone", readonly string[]>> {
  const matched = (line: RegExp): RegExpExecArray[] => [...text.matchAll(line)];
  const gone = new Set(matched(/^-X (\S+)$/gm).map(([, chain = ""]) => chain));
  const named = matched(/^:(\S+)/gm).map(([, chain = ""]) => chain);
  const declared = (chain: string): string => {
    const base = BASE_CHAINS.get(chain);
    return base === undefined ? "" : ` { ${base} }`;
  };
  return {
    made: named
      .filter((chain) => !gone.has(chain))
      .map((chain) => `add chain ${table} ${chain}${declared(chain)}`),
    emptied: named.map((chain) => `flush chain ${table} ${chain}`),
    filled: matched(/^-A (.*)$/gm).map(([, rule = ""]) => `add rule ${table} ${rule}`),
    renamed: matched(RENAMED).map(([, from = "", to = ""]) => `rename chain ${table} ${from} ${to}`),
    gone: [...gone].map((chain) => `delete chain ${table} ${chain}`),
  };
}

const RENAMED = /^-E (\S+) (\S+)$/gm;

/** Commands that call chains as they are called until the transaction has ended; what is quoted stays as it is. */
function byNamesThatStand(commands: readonly string[], text: string): readonly string[] {
  const names = new Map([...text.matchAll(RENAMED)].map(([, from = "", to = ""]) => [to, from]));
  if (names.size === 0) return commands;
  return commands.map((command) =>
    command.replaceAll(/"[^"]*"|SV-C-[\w-]+/g, (word) => names.get(word) ?? word),
  );
}

/** Makes room for a table: what was there before is gone with the same transaction that fills it. */
const anewCommands = (table: string): string[] => [
  `add table ${table}`,
  `delete table ${table}`,
  `add table ${table}`,
];

function familyCommands(plan: Plan, family: Family, isAnew: boolean): string[] {
  const table = `${header[family]} ${NFT_TABLE}`;
  const sets = setChanges(plan, family);
  const chains = chainCommands(plan.tables.get(family) ?? "", table);
  const destroyed = plan.destroy.filter((name) => setFamily(name) === family);
  const commands = [
    ...(isAnew && plan.tables.has(family) ? anewCommands(table) : []),
    ...chains.made,
    // Rules name sets, and maps name chains: neither goes before what names it.
    ...chains.emptied,
    ...sets.outgrown.map((name) => `delete set ${table} ${name}`),
    ...sets.made.map((line) => made(line, family)),
    ...moved("delete", sets.deleted, family),
    ...moved("add", sets.added, family),
    ...chains.filled,
    // A map of somebody else's may lead to a chain that goes; no rule names the map any longer.
    ...destroyed.map((name) => `delete set ${table} ${name}`),
    ...chains.gone,
  ];
  return [...byNamesThatStand(commands, plan.tables.get(family) ?? ""), ...chains.renamed];
}

/**
 * A plan as one transaction for `nft -f`, a command a line. The plan says what differs in the words of ipset and iptables-restore;
 * its order means nothing here, as nobody sees anything between the first command and the last. The tables of `anew` are
 * replaced whole. Empty where there is nothing to write.
 */
export const nftScript = (plan: Plan, anew: ReadonlySet<Family>): string =>
  families
    .flatMap((family) => familyCommands(plan, family, anew.has(family)))
    .map((command) => `${command}\n`)
    .join("");
