import {
  type Element,
  type NamedSet,
  declareSet,
  elementKey,
  overlaps,
  readElement,
  sameDeclaration,
} from "./named-set.ts";
import { type NftRule, readRule } from "./rule.ts";
import { type NftChain, type NftTable, mapTargets, nextChains } from "./table.ts";
import { withOtherNames } from "./with-other-names.ts";

interface OpenSet extends NamedSet {
  readonly elements: Map<string, Element>;
  /** Keys that it has, or had when the transaction began: a kernel may count what goes until it is gone. */
  readonly counted: Set<string>;
}

interface OpenChain extends NftChain {
  readonly rules: NftRule[];
}

const open = (set: NamedSet): OpenSet => ({
  ...set,
  elements: new Map(set.elements),
  counted: new Set(set.elements.keys()),
});

/** A table in the middle of a transaction. Each step is refused where the kernel or `nft` refuses it. */
export class Draft {
  readonly #width: number;
  readonly #sets: Map<string, OpenSet>;
  readonly #chains: Map<string, OpenChain>;
  readonly #renames = new Map<string, string>();

  constructor({ width, sets, chains }: NftTable) {
    this.#width = width;
    this.#sets = new Map([...sets].map(([name, set]) => [name, open(set)]));
    this.#chains = new Map(
      [...chains].map(([name, { rules, ...rest }]) => [name, { ...rest, rules: [...rules] }]),
    );
  }

  addSet(name: string, kind: NamedSet["kind"], body: string): void {
    const wanted = declareSet(name, kind, body);
    const standing = this.#sets.get(name);
    if (standing === undefined) this.#sets.set(name, open(wanted));
    else if (!sameDeclaration(standing, wanted)) throw new Error(`nft: File exists: ${kind} ${name}`);
  }

  /** Or a map: `nft` asks not which of both it is. */
  deleteSet(name: string): void {
    this.#set(name);
    const isNamed = [...this.#chains.values()].some(({ rules }) => rules.some(({ sets }) => sets.has(name)));
    if (isNamed) throw new Error(`nft: Device or resource busy: set ${name}`);
    this.#sets.delete(name);
  }

  addElement(name: string, text: string): void {
    const set = this.#set(name);
    const [key, element] = readElement(set, text);
    const standing = set.elements.get(key);
    const { target } = element;
    if (target?.kind === "jump" || target?.kind === "goto") this.#reachable(target.chain);
    if (standing !== undefined && JSON.stringify(standing.target) !== JSON.stringify(target))
      throw new Error(`nft: File exists: ${name} ${text}`);
    if (standing === undefined && overlaps(set, element))
      throw new Error(`nft: interval overlaps with an existing one: ${name} ${text}`);
    set.counted.add(key);
    if (set.counted.size > set.room) throw new Error(`nft: Too many open files in system: ${name}`);
    set.elements.set(key, standing ?? element);
  }

  deleteElement(name: string, text: string): void {
    const set = this.#set(name);
    if (!set.elements.delete(elementKey(set, text)))
      throw new Error(`nft: No such file or directory: ${name} ${text}`);
  }

  addChain(name: string, base?: string): void {
    const standing = this.#chains.get(name);
    if (standing === undefined)
      this.#chains.set(name, base === undefined ? { rules: [] } : { base, rules: [] });
    else if (base !== undefined && base !== standing.base)
      throw new Error(`nft: Operation not supported: chain ${name} is otherwise`);
  }

  flushChain(name: string): void {
    this.#chain(name).rules.length = 0;
  }

  /** By its new name it is known once the transaction has ended: all that is said in it says the old one. */
  renameChain(name: string, to: string): void {
    this.#chain(name);
    if (this.#chains.has(to) || [...this.#renames.values()].includes(to))
      throw new Error(`nft: File exists: chain ${to}`);
    this.#renames.set(name, to);
  }

  /** Its rules go with it. */
  deleteChain(name: string): void {
    this.#chain(name);
    const isLedTo = [...this.#chains.values()].some(({ rules }) =>
      rules.some(({ leadsTo }) => leadsTo === name),
    );
    if (isLedTo || [...this.#sets.values()].some((set) => mapTargets(set).includes(name)))
      throw new Error(`nft: Device or resource busy: chain ${name}`);
    this.#chains.delete(name);
  }

  addRule(chain: string, text: string): void {
    const rule = readRule(text, this.#width, this.#sets);
    if (rule.leadsTo !== undefined) this.#reachable(rule.leadsTo);
    this.#chain(chain).rules.push(rule);
  }

  /** The table as it then is, where no chain that the kernel begins with leads back to itself. */
  finish(): NftTable {
    for (const [name, { base }] of this.#chains) if (base !== undefined) this.#checkLoops(name, []);
    const table = { width: this.#width, sets: this.#sets, chains: this.#chains };
    return this.#renames.size === 0 ? table : withOtherNames(table, this.#renames);
  }

  #set(name: string): OpenSet {
    const set = this.#sets.get(name);
    if (set === undefined) throw new Error(`nft: No such file or directory: set ${name}`);
    return set;
  }

  #chain(name: string): OpenChain {
    const chain = this.#chains.get(name);
    if (chain === undefined) throw new Error(`nft: No such file or directory: chain ${name}`);
    return chain;
  }

  #reachable(name: string): void {
    if (this.#chain(name).base !== undefined) throw new Error(`nft: Operation not supported: to ${name}`);
  }

  readonly #safe = new Set<string>();

  #checkLoops(name: string, path: readonly string[]): void {
    if (path.includes(name)) throw new Error(`nft: Too many links: ${[...path, name].join(" -> ")}`);
    if (this.#safe.has(name)) return;
    for (const next of nextChains(this.#chain(name), this.#sets)) this.#checkLoops(next, [...path, name]);
    this.#safe.add(name);
  }
}
