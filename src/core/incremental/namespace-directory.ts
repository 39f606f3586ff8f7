import type { Namespace } from "../cluster.ts";
import { Drawers, filedUnder, pairsOf } from "./filing.ts";
import type { Selector } from "../selector.ts";

/** The namespaces that have been seen, by name and by label. */
export class NamespaceDirectory {
  readonly #namespaces = new Map<string, Namespace>();
  readonly #byLabel = new Drawers<string>();

  get(name: string): Namespace | undefined {
    return this.#namespaces.get(name);
  }

  set(name: string, namespace: Namespace | undefined): void {
    for (const pair of pairsOf(this.#namespaces.get(name)?.labels ?? {})) this.#byLabel.delete(pair, name);
    for (const pair of pairsOf(namespace?.labels ?? {})) this.#byLabel.add(pair, name);
    if (namespace === undefined) this.#namespaces.delete(name);
    else this.#namespaces.set(name, namespace);
  }

  /** A superset of the namespaces that the selector matches, unless any could be: then `undefined`. */
  candidates(selector: Selector): string[] | undefined {
    return filedUnder(selector)?.flatMap((pair) => [...this.#byLabel.get(pair)]);
  }
}
