import * as z from "zod/mini";
import type { ObjectKey } from "../../core/cluster.ts";
import { type Standing, fingerprint } from "../../kube/publish/intent.ts";
import { hasReached } from "../../kube/resource-version.ts";
import { type CompiledPolicyStatus, compiledPolicyStatus } from "../../kube/wire/compiled-policy-status.ts";
import {
  type EnforcerNodeStatus,
  enforcerNodeSpec,
  enforcerNodeStatus,
} from "../../kube/wire/enforcer-node.ts";

const published = z.looseObject({
  metadata: z.looseObject({
    resourceVersion: z.string(),
    uid: z.optional(z.string()),
    generation: z.optional(z.int()),
  }),
  spec: z.optional(z.unknown()),
  status: z.optional(z.unknown()),
});

/** A CompiledPolicy as it stands, its spec only by its fingerprint. */
export interface StandingPolicy extends Standing {
  readonly generation: number;
  readonly status: CompiledPolicyStatus;
  /** The resourceVersion of this spec, or a later one where it is not known. */
  readonly specVersion: string;
}

/** What of ours is in the API server is read without a judgement: what is no good has a fingerprint that nobody wants. */
export function readStandingGroup(raw: unknown): Standing {
  const { metadata, spec } = published.parse(raw);
  const { resourceVersion, uid } = metadata;
  return { fingerprint: fingerprint(spec), resourceVersion, uid };
}

export function readStandingPolicy(raw: unknown): StandingPolicy {
  const { metadata, spec, status: rawStatus } = published.parse(raw);
  const { resourceVersion, uid, generation = 0 } = metadata;
  const read = compiledPolicyStatus.safeParse(rawStatus ?? {});
  const status = read.success ? read.data : {};
  const isOfThis = status.observedGeneration === generation;
  const specVersion = (isOfThis ? status.specVersion : undefined) ?? resourceVersion;
  return { fingerprint: fingerprint(spec), resourceVersion, uid, generation, status, specVersion };
}

/** What stood before tells when the spec was written, where only the status has changed since. */
const after = (before: StandingPolicy | undefined, now: StandingPolicy): StandingPolicy =>
  before?.generation === now.generation ? { ...now, specVersion: before.specVersion } : now;

const enforcerNode = z.looseObject({
  metadata: z.looseObject({ uid: z.optional(z.string()) }),
  spec: z.optional(z.unknown()),
  status: z.optional(z.unknown()),
});

/** An EnforcerNode as it stands. */
export interface StandingEnforcer {
  readonly uid: string;
  /** What it is told of others' pods in its blocks. */
  readonly guest: ObjectKey | undefined;
  readonly status: EnforcerNodeStatus;
}

/** `{}` for a status that cannot be read: its node has applied nothing that anybody knows of. */
export function readEnforcerNode(raw: unknown): StandingEnforcer {
  const { metadata, spec, status: rawStatus } = enforcerNode.parse(raw);
  const told = enforcerNodeSpec.safeParse(spec ?? {});
  const status = enforcerNodeStatus.safeParse(rawStatus ?? {});
  return {
    uid: metadata.uid ?? "",
    guest: told.success ? told.data.guest : undefined,
    status: status.success ? status.data : {},
  };
}

/** Those that stand, by key; a policy's history is kept as far as it is needed. */
export class StandingPolicies {
  readonly #policies = new Map<ObjectKey, StandingPolicy>();

  take(key: ObjectKey, policy: StandingPolicy | undefined): void {
    if (policy === undefined) this.#policies.delete(key);
    else this.#policies.set(key, after(this.#policies.get(key), policy));
  }

  /** Takes what a write was answered with, unless the watch has told of something newer, or of its end. */
  takeAhead(key: ObjectKey, policy: StandingPolicy): void {
    const known = this.#policies.get(key);
    if (known !== undefined && !hasReached(known.resourceVersion, policy.resourceVersion))
      this.take(key, policy);
  }

  get all(): ReadonlyMap<ObjectKey, StandingPolicy> {
    return this.#policies;
  }
}
