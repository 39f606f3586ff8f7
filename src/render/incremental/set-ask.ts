import type { Family } from "../../core/address.ts";
import { everyPodId } from "../../core/normalize.ts";
import type { GroupId } from "../../core/policy.ts";
import type { Group } from "../../core/program.ts";
import type { IpSet } from "../ruleset.ts";
import { type SetTable, setTable } from "../set-table.ts";

/** A set that some rules ask for, before it is known what is in it. */
export interface SetAsk {
  readonly name: string;
  /** What decides what is in it: its name, a group's members, or who asked last. */
  readonly content:
    | { readonly kind: "named" }
    | { readonly kind: "members"; readonly group: GroupId }
    | { readonly kind: "given" };
  readonly ask: (sets: SetTable) => string;
}

/** Notes which sets are asked for, in order; what is in them is left open. */
export function noteAsks<T>(family: Family, render: (sets: SetTable) => T): readonly [T, readonly SetAsk[]] {
  const table = setTable(family, new Map());
  const asks: SetAsk[] = [];
  const note = (content: SetAsk["content"], ask: SetAsk["ask"]): string => {
    const name = ask(table);
    asks.push({ name, content, ask });
    return name;
  };
  const members = (group: GroupId): SetAsk["content"] => ({ kind: "members", group });
  const named: SetAsk["content"] = { kind: "named" };
  const rendered = render({
    sets: table.sets,
    group: (id) => note(members(id), (sets) => sets.group(id)),
    namedPort: (id, port) => note(members(id), (sets) => sets.namedPort(id, port)),
    namedPortAnywhere: (port) => note(members(everyPodId), (sets) => sets.namedPortAnywhere(port)),
    blocks: (addresses) => note(named, (sets) => sets.blocks(addresses)),
    isolated: (direction, addresses) => note(named, (sets) => sets.isolated(direction, addresses)),
    known: (blocks, addresses) => note({ kind: "given" }, (sets) => sets.known(blocks, addresses)),
    given: (name, type, entries) => note({ kind: "given" }, (sets) => sets.given(name, type, entries)),
  });
  return [rendered, asks];
}

/** The set that was asked for, given the groups as they are. */
export function answerAsk(
  { name, ask }: SetAsk,
  family: Family,
  groups: ReadonlyMap<GroupId, Group>,
): IpSet | undefined {
  const table = setTable(family, groups);
  ask(table);
  return table.sets.get(name);
}
