import { builtinResources } from "./builtin-resources.ts";
import type { Resource } from "./resource.ts";

/** The resources that are served right now: the built-in ones, and what CustomResourceDefinitions added. */
export class Registry {
  readonly #custom = new Map<string, readonly Resource[]>();

  /** Serves the versions of one custom resource, instead of those it served under this name before. */
  serve(definition: string, resources: readonly Resource[]): void {
    this.#custom.set(definition, resources);
  }

  /** Stops serving a custom resource. */
  withdraw(definition: string): void {
    this.#custom.delete(definition);
  }

  /** Everything served, built-ins first. */
  all(): readonly Resource[] {
    return [...builtinResources, ...[...this.#custom.values()].flat()];
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return this.all().find(
      (resource) => resource.group === group && resource.version === version && resource.plural === plural,
    );
  }

  /** The resource of an object, by what it says of itself. */
  findKind(apiVersion: string, kind: string): Resource | undefined {
    const [group = "", version = ""] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
    return this.all().find(
      (resource) => resource.group === group && resource.version === version && resource.kind === kind,
    );
  }

  /** One of the resources that a storage holds objects of. */
  findStorage(storage: string): Resource | undefined {
    return this.all().find((resource) => resource.storage === storage);
  }
}
