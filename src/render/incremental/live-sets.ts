import type { Family } from "../../core/address.ts";
import { Drawers } from "../../core/incremental/filing.ts";
import type { GroupId } from "../../core/policy.ts";
import type { Group } from "../../core/program.ts";
import { SharedMap } from "../../core/shared-map.ts";
import type { IpSet } from "../ruleset.ts";
import { type SetAsk, answerAsk } from "./set-ask.ts";

interface Asked {
  ask: SetAsk;
  times: number;
}

/** One family's sets, kept up: a change costs the sets that are asked for anew or no longer, and those whose group changed. */
export class LiveSets {
  readonly #family: Family;
  readonly #asked = new Map<string, Asked>();
  readonly #byGroup = new Drawers<string>();
  #groups: ReadonlyMap<GroupId, Group> = SharedMap.empty<Group>();
  #sets = SharedMap.empty<IpSet>();
  readonly #stale = new Set<string>();

  constructor(family: Family) {
    this.#family = family;
  }

  use(asks: readonly SetAsk[]): void {
    for (const ask of asks) {
      const asked = this.#asked.get(ask.name);
      if (asked !== undefined) {
        asked.times += 1;
        asked.ask = ask;
        if (ask.content.kind === "given") this.#stale.add(ask.name);
        continue;
      }
      this.#asked.set(ask.name, { ask, times: 1 });
      if (ask.content.kind === "members") this.#byGroup.add(ask.content.group, ask.name);
      this.#stale.add(ask.name);
    }
  }

  drop(asks: readonly SetAsk[]): void {
    for (const { name, content } of asks) {
      const asked = this.#asked.get(name);
      if (asked === undefined) continue;
      asked.times -= 1;
      if (asked.times > 0) continue;
      this.#asked.delete(name);
      if (content.kind === "members") this.#byGroup.delete(content.group, name);
      this.#stale.add(name);
    }
  }

  /** The sets that are asked for now. The same map where none changed. */
  tell(groups: ReadonlyMap<GroupId, Group>): ReadonlyMap<string, IpSet> {
    const changed = [...SharedMap.differing(this.#groups, groups)];
    const names = this.#stale.union(new Set(changed.flatMap((id) => [...this.#byGroup.get(id)])));
    this.#groups = groups;
    this.#sets = this.#sets.with([...names].map((name) => [name, this.#answer(name)]));
    this.#stale.clear();
    return this.#sets;
  }

  #answer(name: string): IpSet | undefined {
    const asked = this.#asked.get(name);
    return asked === undefined ? undefined : answerAsk(asked.ask, this.#family, this.#groups);
  }
}
