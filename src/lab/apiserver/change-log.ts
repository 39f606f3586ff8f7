import type { KubeObject } from "./kube-object.ts";

/** One committed write. No `before`: created; no `after`: deleted. */
export interface Change {
  readonly revision: number;
  readonly storage: string;
  readonly before?: KubeObject;
  /** For a deletion, the last state is in `before`. */
  readonly after?: KubeObject;
}

/** The bounded past that watches and paged lists may still ask for. */
export class ChangeLog {
  readonly #length: number;
  #changes: Change[] = [];
  #forgottenThrough = 0;

  /** @param length how many changes are remembered at least */
  constructor(length: number) {
    this.#length = length;
  }

  append(change: Change): void {
    this.#changes.push(change);
    // Twice the length before trimming: one copy for `length` appends instead of one each.
    if (this.#changes.length >= 2 * this.#length + 2) this.#forget(this.#changes.length - this.#length);
  }

  /** Forgets everything: every resource version but the newest is expired from here on. */
  expire(): void {
    this.#forget(this.#changes.length);
  }

  /** What happened to a storage after a revision, oldest first; `undefined` if that is no longer known. */
  since(storage: string, revision: number): readonly Change[] | undefined {
    if (revision < this.#forgottenThrough) return undefined;
    return this.#changes.filter((change) => change.storage === storage && change.revision > revision);
  }

  #forget(count: number): void {
    this.#forgottenThrough = this.#changes[count - 1]?.revision ?? this.#forgottenThrough;
    this.#changes = this.#changes.slice(count);
  }
}
