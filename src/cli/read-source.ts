import { readManifests } from "../kube/files/read-manifests.ts";
import { overlay } from "../kube/files/overlay.ts";
import type { ManifestSet } from "../kube/files/manifest-set.ts";
import { type Deletion, withoutObjects } from "../kube/files/without-objects.ts";
import { namedKind } from "../kube/kind-names.ts";
import { objectName } from "../kube/object-name.ts";
import { DEFAULT_NAMESPACE } from "../kube/schema/identity.ts";
import { UsageError } from "./exit-codes.ts";
import { note } from "./note.ts";
import type { SourceFlags } from "./source-options.ts";

/** What the flags name, with the change laid over it, not yet judged. */
export interface ReadSource {
  readonly manifests: ManifestSet;
  /** Where names without a namespace are looked up. */
  readonly namespace: string;
}

/** Reads files, or the live cluster where no files are named. Throws UsageError where that cannot be asked. */
export async function readSource(flags: SourceFlags): Promise<ReadSource> {
  const source = await layChanges(await readBase(flags), flags);
  for (const what of source.manifests.hidden) note(`RBAC hides ${what}: answers are incomplete`);
  return source;
}

/** Lays the flags' overlays and deletions over what was read, and says which of them hit nothing. */
export async function layChanges(
  base: ReadSource,
  flags: Pick<SourceFlags, "overlay" | "delete">,
): Promise<ReadSource> {
  const overlays: ManifestSet[] = [];
  for (const path of flags.overlay ?? []) {
    const over = await readManifests([path]);
    if (over.objects.length === 0 && over.problems.length === 0)
      note(`--overlay ${path} changes nothing: there is no object in it that policies hang on`);
    overlays.push(over);
  }
  const laid = overlays.reduce(overlay, base.manifests);
  const deletions = (flags.delete ?? []).map((text) => deletion(text, base.namespace));
  const { manifests, missed } = withoutObjects(laid, deletions);
  for (const { object } of missed) note(`--delete changes nothing: there is no ${object}`);
  return { ...base, manifests };
}

async function readBase(flags: SourceFlags): Promise<ReadSource> {
  if (flags.filename === undefined) return (await import("./read-live.ts")).readLive(flags);
  const namespace = flags.namespace ?? DEFAULT_NAMESPACE;
  return { manifests: await readManifests(flags.filename), namespace };
}

/** `netpol/shop/web`, `ns/shop`; a kind of namespaces without one is looked up in the default namespace. */
function deletion(text: string, defaultNamespace: string): Deletion {
  const [word = "", ...rest] = text.split("/");
  const named = namedKind(word);
  const [first, second] = rest;
  if (named === undefined) throw new UsageError(`--delete ${text}: no kind ${word} that policies hang on`);
  const { kind, isNamespaced } = named;
  const isWell = first && rest.length <= (isNamespaced ? 2 : 1) && rest.every((part) => part !== "");
  if (!isWell) {
    const want = isNamespaced ? `${word}/NAMESPACE/NAME` : `${word}/NAME`;
    throw new UsageError(`--delete ${text}: want ${want}`);
  }
  const [namespace, name] = second === undefined ? [defaultNamespace, first] : [first, second];
  return {
    object: objectName(kind, namespace, name),
    ...(kind === "Namespace" && { namespace: name }),
  };
}
