import * as z from "zod/mini";
import type { Namespace } from "../../core/cluster.ts";
import { type Parsed, decode, parsed, unparsed } from "./decode.ts";
import { noName } from "./identity.ts";
import { toLabels } from "./label-selector.ts";
import { objectMetaSchema } from "./object-meta.ts";
import { maybe } from "./wire.ts";

const namespaceSchema = z.object({ metadata: maybe(objectMetaSchema) });

/** The label that the API server puts on every namespace, whatever its manifest says. */
const NAME_LABEL = "kubernetes.io/metadata.name";

/** A `v1` Namespace, labelled with its name as the API server labels it. */
export function toNamespace(raw: unknown): Parsed<Namespace> {
  const wire = decode(namespaceSchema, raw, []);
  if (!wire.ok) return wire;
  const { name, labels } = wire.value.metadata ?? {};
  return name ? parsed(namedNamespace(name, toLabels(labels))) : unparsed([noName()]);
}

/** A namespace of that name, with these labels and the one that names it. */
export const namedNamespace = (name: string, labels: Namespace["labels"] = {}): Namespace => ({
  name,
  labels: { ...labels, [NAME_LABEL]: name },
});
