import type { Family } from "../../../src/core/address.ts";
import { type Fate, fates } from "../netfilter/fate.ts";
import type { Packet } from "../netfilter/packet.ts";
import { type Hook, type WalkedTable, walk } from "../netfilter/traverse.ts";
import { Draft } from "./draft.ts";
import { type Command, braced, readList, readScript } from "./script.ts";
import { type NftTable, emptyTable, walked } from "./table.ts";

const familyNames: Readonly<Record<string, Family>> = { ip: "IPv4", ip6: "IPv6" };
const widths: Readonly<Record<Family, number>> = { IPv4: 32, IPv6: 128 };

function edit(draft: Draft, { verb, kind, name, rest, text }: Command): void {
  switch (`${verb} ${kind}`) {
    case "add set":
    case "add map":
      return draft.addSet(name, kind === "map" ? "map" : "set", braced(rest));
    case "delete set":
    case "delete map":
      return draft.deleteSet(name);
    case "add element":
      return readList(rest).forEach((element) => draft.addElement(name, element));
    case "delete element":
      return readList(rest).forEach((element) => draft.deleteElement(name, element));
    case "add chain":
      return draft.addChain(name, rest === "" ? undefined : braced(rest));
    case "flush chain":
      return draft.flushChain(name);
    case "delete chain":
      return draft.deleteChain(name);
    case "rename chain":
      return draft.renameChain(name, rest);
    case "add rule":
      return draft.addRule(name, rest);
    default:
      throw new Error(`nft: unknown command ${text}`);
  }
}

/** The tables `ip` and `ip6` of one name on a node that is not there, as strict as the kernel and `nft`. */
export class MemoryNft {
  readonly #name: string;
  #tables: ReadonlyMap<Family, NftTable> = new Map();
  #walked: ReadonlyMap<Family, WalkedTable> = new Map();

  constructor(name: string) {
    this.#name = name;
  }

  get tables(): ReadonlyMap<Family, NftTable> {
    return this.#tables;
  }

  /** `nft -f`: all of the script or, where a command is refused, none of it. */
  run(script: string): void {
    const tables = new Map(this.#tables);
    const drafts = new Map([...tables].map(([family, table]) => [family, new Draft(table)]));
    for (const command of readScript(script)) {
      const family = familyNames[command.family];
      if (family === undefined || command.table !== this.#name)
        throw new Error(`nft: not a table of ours: ${command.text}`);
      const draft = drafts.get(family);
      if (command.kind !== "table") {
        if (draft === undefined) throw new Error(`nft: No such file or directory: ${command.text}`);
        edit(draft, command);
      } else if (command.verb === "add") drafts.set(family, draft ?? new Draft(emptyTable(widths[family])));
      else if (command.verb !== "delete") throw new Error(`nft: unknown command ${command.text}`);
      else if (!drafts.delete(family)) throw new Error(`nft: No such file or directory: ${command.text}`);
    }
    this.hold(new Map([...drafts].map(([family, draft]) => [family, draft.finish()])));
  }

  /** Holds these tables from now on. */
  hold(tables: ReadonlyMap<Family, NftTable>): void {
    this.#tables = tables;
    this.#walked = new Map([...tables].map(([family, table]) => [family, walked(table)]));
  }

  /** What becomes of a packet that the node forwards or sends, as far as it is up to these tables. */
  fateOf(hook: Hook, packet: Packet): Fate {
    const table = this.#walked.get(packet.source.length === 32 ? "IPv4" : "IPv6");
    if (table === undefined) return "passed";
    return fates[walk(table, hook, packet).verdict];
  }
}
