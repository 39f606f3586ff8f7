import type { ObjectKey, Pod } from "../../core/cluster.ts";
import { difference } from "../../core/difference.ts";
import type { Group, Member } from "../../core/program.ts";

interface Entry {
  pod: Pod;
  /** In how many groups it is. */
  groups: number;
}

/** What is known of a pod that is somebody's peer: who it is and where, not what labels it bears or which node runs it. */
function peer({ pod, addresses, ports }: Member): Pod {
  const [namespace = "", name = ""] = pod.split("/");
  return { namespace, name, labels: {}, addresses, ports, hostNetwork: false, finished: false, createdAt: 0 };
}

/** The pods that groups tell of, kept up: a change costs the members that changed. */
export class PeerBook {
  readonly #entries = new Map<ObjectKey, Entry>();
  #all: readonly Pod[] | undefined;

  /** A group's members are others than before. */
  take(before: Group | undefined, after: Group | undefined): void {
    const { gone, come } = difference(before?.members ?? [], after?.members ?? []);
    if (gone.length + come.length > 0) this.#all = undefined;
    for (const member of come) {
      const entry = this.#entries.get(member.pod);
      if (entry === undefined) this.#entries.set(member.pod, { pod: peer(member), groups: 1 });
      else {
        entry.pod = peer(member);
        entry.groups += 1;
      }
    }
    for (const { pod } of gone) {
      const entry = this.#entries.get(pod);
      if (entry === undefined) continue;
      entry.groups -= 1;
      if (entry.groups === 0) this.#entries.delete(pod);
    }
  }

  /** In no order; the same list as long as none changed. */
  all(): readonly Pod[] {
    this.#all ??= [...this.#entries.values()].map(({ pod }) => pod);
    return this.#all;
  }
}
