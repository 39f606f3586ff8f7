import * as z from "zod/mini";
import type { GroupId } from "../../core/policy.ts";
import type { Group } from "../../core/program.ts";
import { fromAddressGroupSpecs } from "../../kube/wire/address-group.ts";
import { withKnownMembers } from "./known-members.ts";
import { PATIENCE, type PublishedObject, type PublishedTrouble } from "./published-object.ts";

/** What tells whether slices go together. */
const header = z.looseObject({
  group: z.string(),
  slice: z.int(),
  slices: z.int().check(z.minimum(1)),
  digest: z.string(),
});

type Header = z.output<typeof header>;

interface Slice extends PublishedObject {
  /** `undefined` where the object is no slice, or not the one that its name says. */
  readonly header: Header | undefined;
}

interface Entry {
  /** Those that are published, by their number. */
  readonly slices: Map<number, Slice>;
  /** The last version that was whole. */
  whole: Group | undefined;
}

/** `<group>-<slice>` */
const NAME = /^([a-z2-7]{24})-(0|[1-9]\d{0,6})$/;

/**
 * The groups that AddressGroups carry. A new version counts once all its slices are there, never in part; what is bad, or
 * in part, leaves the last whole version in force.
 */
export class PublishedGroups {
  readonly #entries = new Map<GroupId, Entry>();
  /** Those of which a version is published in part, and since when. */
  readonly #waiting = new Map<GroupId, number>();
  readonly #bad = new Set<GroupId>();
  /** Of names that no controller gives. */
  readonly #strangers = new Set<string>();
  /** Whose objects are all gone. */
  readonly #abandoned = new Set<GroupId>();

  /** Takes an object as it now is, or that it is gone; whose group it is, where that may be another now. */
  take(name: string, object: PublishedObject | undefined, now: number): GroupId | undefined {
    const [, id, number] = NAME.exec(name) ?? [];
    if (id === undefined) {
      if (object === undefined) this.#strangers.delete(name);
      else this.#strangers.add(name);
      return undefined;
    }
    const entry = this.#entries.get(id) ?? { slices: new Map(), whole: undefined };
    this.#entries.set(id, entry);
    const at = Number(number);
    if (object === undefined) entry.slices.delete(at);
    else if (entry.slices.get(at)?.stamp === object.stamp) return undefined;
    else entry.slices.set(at, { ...object, header: headerOf(id, at, object.spec) });
    this.#assemble(id, entry, now);
    return id;
  }

  /** The last whole version. */
  get(id: GroupId): Group | undefined {
    return this.#entries.get(id)?.whole;
  }

  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Forgets groups whose objects are gone and that nobody names, and tells which. */
  forget(isNamed: (id: GroupId) => boolean): GroupId[] {
    const forgotten = [...this.#abandoned].filter((id) => !isNamed(id));
    for (const id of forgotten) {
      this.#abandoned.delete(id);
      this.#entries.delete(id);
    }
    return forgotten;
  }

  /** What is bad, and what waits for longer than a publication takes. */
  troubles(now: number): PublishedTrouble[] {
    const trouble = (name: string, message: string): PublishedTrouble => ({
      object: `AddressGroup ${name}`,
      message,
    });
    return [
      ...[...this.#strangers].map((name) => trouble(name, "no slice has such a name; it is passed over")),
      ...[...this.#bad].map((id) =>
        trouble(
          id,
          this.get(id) === undefined
            ? "its slices cannot be read; nobody is in it"
            : "its slices cannot be read; the last good version is in force",
        ),
      ),
      ...[...this.#waiting]
        .filter(([, since]) => now - since >= PATIENCE)
        .map(([id]) => trouble(id, "a slice is missing; the last whole version is in force")),
    ];
  }

  #assemble(id: GroupId, entry: Entry, now: number): void {
    const { slices, whole } = entry;
    if (slices.size === 0) this.#abandoned.add(id);
    else this.#abandoned.delete(id);
    const found = slices.size === 0 ? "gone" : together(id, slices);
    if (typeof found === "object") entry.whole = withKnownMembers(whole, found);
    if (found === "waiting") this.#waiting.set(id, this.#waiting.get(id) ?? now);
    else this.#waiting.delete(id);
    if (found === "bad") this.#bad.add(id);
    else this.#bad.delete(id);
  }
}

function headerOf(id: GroupId, at: number, spec: unknown): Header | undefined {
  const read = header.safeParse(spec);
  return read.success && read.data.group === id && read.data.slice === at ? read.data : undefined;
}

/** The first slice says how many go with it, and by which digest: more may stand beside them while a group shrinks. */
function together(id: GroupId, slices: ReadonlyMap<number, Slice>): Group | "waiting" | "bad" {
  const first = slices.get(0);
  if (first === undefined) return "waiting";
  if (first.header === undefined) return "bad";
  const { slices: count, digest } = first.header;
  if (count > slices.size) return "waiting";
  const wanted = Array.from({ length: count }, (_, at) => slices.get(at));
  if (wanted.includes(undefined)) return "waiting";
  const there = wanted.flatMap((slice) => slice ?? []);
  if (there.some((slice) => slice.header === undefined)) return "bad";
  if (there.some((slice) => slice.header?.digest !== digest)) return "waiting";
  const group = fromAddressGroupSpecs(there.map(({ spec }) => spec));
  return group?.id === id ? group : "bad";
}
