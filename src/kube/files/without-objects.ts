import { objectName } from "../object-name.ts";
import { nameOf } from "../read-objects.ts";
import { decode } from "../schema/decode.ts";
import { DEFAULT_NAMESPACE } from "../schema/identity.ts";
import { controllerOf, objectMetaSchema } from "../schema/object-meta.ts";
import type { ManifestSet, SourcedObject } from "./manifest-set.ts";

/** An object to take away: `NetworkPolicy shop/web`, as `nameOf` tells it. */
export interface Deletion {
  readonly object: string;
  /** Set where a whole namespace goes, and all that is in it. */
  readonly namespace?: string;
}

/**
 * Takes objects away, and what a cluster would take away with them: all that is in a namespace, and what an object
 * controls (a Deployment's ReplicaSets and their Pods). `missed` are deletions that found nothing.
 */
export function withoutObjects(
  manifests: ManifestSet,
  deletions: readonly Deletion[],
): { readonly manifests: ManifestSet; readonly missed: readonly Deletion[] } {
  const all = manifests.objects.map((object) => ({ name: nameOf(object), ...linksOf(object) }));
  const hits = (deletion: Deletion, { name, namespace }: (typeof all)[number]): boolean =>
    name === deletion.object || (namespace !== undefined && namespace === deletion.namespace);
  const gone = new Set(
    all.filter((each) => deletions.some((deletion) => hits(deletion, each))).map(({ name }) => name),
  );
  // Controllers control controllers: until nothing follows any more.
  for (let before = -1; before !== gone.size;) {
    before = gone.size;
    for (const { name, controller } of all)
      if (controller !== undefined && gone.has(controller)) gone.add(name);
  }
  return {
    manifests: { ...manifests, objects: manifests.objects.filter((object) => !gone.has(nameOf(object))) },
    missed: deletions.filter((deletion) => !all.some((each) => hits(deletion, each))),
  };
}

/** Where an object is, and who controls it; neither for what is in no namespace. */
function linksOf({ kind, raw }: SourcedObject): { namespace?: string; controller?: string } {
  if (kind === "Namespace" || kind === "Node") return {};
  const meta = decode(objectMetaSchema, raw["metadata"] ?? {}, ["metadata"]);
  if (!meta.ok) return {};
  const namespace = meta.value.namespace || DEFAULT_NAMESPACE;
  const owner = controllerOf(meta.value);
  if (!owner?.kind || !owner.name) return { namespace };
  return { namespace, controller: objectName(owner.kind, namespace, owner.name) };
}
