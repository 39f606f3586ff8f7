import * as z from "zod/mini";

const wire = z.looseObject({
  metadata: z.looseObject({
    uid: z.optional(z.string()),
    generation: z.optional(z.number()),
    resourceVersion: z.optional(z.string()),
  }),
  spec: z.optional(z.unknown()),
});

/** A published object as it came, not judged yet. */
export interface PublishedObject {
  /** Stays while its spec does, whatever becomes of its status. */
  readonly stamp: string;
  readonly spec: unknown;
}

export function readPublished(raw: unknown): PublishedObject {
  const read = wire.safeParse(raw);
  if (!read.success) return { stamp: JSON.stringify(raw) ?? "", spec: undefined };
  const { metadata, spec } = read.data;
  const { uid = "", generation, resourceVersion = "" } = metadata;
  return { stamp: `${uid} ${generation ?? resourceVersion}`, spec };
}

/** What is wrong with a published object, for the node's status. */
export interface PublishedTrouble {
  /** `CompiledPolicy shop/web` */
  readonly object: string;
  readonly message: string;
}

/** Milliseconds that what is published may be in part without a word: a publication takes far less. */
export const PATIENCE = 5_000;
