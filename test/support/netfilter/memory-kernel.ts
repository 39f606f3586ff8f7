import type { Family } from "../../../src/core/address.ts";
import { bitsOf } from "../bits.ts";
import { inetNtop } from "./inet-ntop.ts";
import { type MemorySet, createSet, entryKey } from "./ipset.ts";
import { type MemoryTable, type TableName, emptyTable, restore, save } from "./table.ts";
import { splitWords } from "./words.ts";

/** An entry as `ipset save` prints it. */
const asSaved = (entry: string): string => entry.replace(/^[^,/]+/, (address) => inetNtop(bitsOf(address)));

/** Sets and the tables mangle and filter of a node that is not there, as strict as the kernel and its tools (without `-exist`). */
export class MemoryKernel {
  readonly sets = new Map<string, MemorySet>();
  /** Mangle. */
  readonly tables: Record<Family, MemoryTable> = { IPv4: emptyTable(32), IPv6: emptyTable(128) };
  readonly filters: Record<Family, MemoryTable> = {
    IPv4: emptyTable(32, "filter"),
    IPv6: emptyTable(128, "filter"),
  };

  /** One line of `ipset restore`. */
  ipset(line: string): void {
    const [verb, ...words] = splitWords(line);
    const [name = "", entry = ""] = words;
    if (verb === "create") {
      if (this.sets.has(name)) throw new Error(`ipset: set ${name} exists already`);
      this.sets.set(name, createSet(words));
      return;
    }
    const set = this.sets.get(name);
    if (set === undefined) throw new Error(`ipset: no set ${name}: ${line}`);
    const key = entryKey(set, entry);
    if (verb === "add") {
      if (set.entries.has(key)) throw new Error(`ipset: it is already added: ${line}`);
      if (set.entries.size >= set.maxElements) throw new Error(`ipset: ${name} is full`);
      set.entries.set(key, entry);
    } else if (verb === "del") {
      if (!set.entries.delete(key)) throw new Error(`ipset: it is not added: ${line}`);
    } else throw new Error(`ipset: unknown line ${line}`);
  }

  destroySet(name: string): void {
    const rules = Object.values(this.tables).flatMap(({ chains }) => [...chains.values()].flat());
    if (rules.some(({ sets }) => sets.has(name)))
      throw new Error(`ipset: ${name} is in use by a kernel component`);
    if (!this.sets.delete(name)) throw new Error(`ipset: no set ${name}`);
  }

  /** `iptables-restore --noflush`, or `ip6tables-restore`. */
  restoreTable(family: Family, text: string): void {
    const tables = text.startsWith("*filter") ? this.filters : this.tables;
    tables[family] = restore(tables[family], text, this.sets);
  }

  saveTable(family: Family, name: TableName = "mangle"): string {
    return save((name === "filter" ? this.filters : this.tables)[family]);
  }

  /** `ipset save`. */
  saveSets(): string {
    const lines = [...this.sets.values()].flatMap(({ name, type, width, maxElements, entries }) => [
      `create ${name} ${type} family ${width === 32 ? "inet" : "inet6"} hashsize 1024 maxelem ${maxElements} bucketsize 12 initval 0x5e1ed6e0`,
      ...[...entries.values()].map((entry) => `add ${name} ${asSaved(entry)}`),
    ]);
    return `${lines.join("\n")}\n`;
  }
}
