import { type Policy, policyKey } from "../../core/policy.ts";
import { type CompiledPolicySpec, sealed, toCompiledPolicySpec } from "../wire/compiled-policy.ts";
import { type Intent, fingerprint } from "./intent.ts";

/** Which NetworkPolicy, and which state of it, a policy was compiled from. */
export interface PolicySource {
  readonly uid: string;
  readonly generation: number;
}

export interface PolicyIntent extends Intent {
  /** Its normal form is beyond what etcd holds: it is published without rules, and so isolates and allows nothing. */
  readonly isTooLarge: boolean;
}

/** Bytes of a spec; etcd takes requests of 1.5 MiB, and metadata and status want their part. */
const MOST_BYTES = 1_350_000;

const closed = (spec: CompiledPolicySpec): CompiledPolicySpec => sealed({ ...spec, ingress: [], egress: [] });

const isLarge = (spec: unknown): boolean => Buffer.byteLength(JSON.stringify(spec)) > MOST_BYTES;

const known = new WeakMap<Policy, PolicyIntent & { readonly source: PolicySource }>();

/** A policy as the CompiledPolicy that carries it, owned by its NetworkPolicy: who deletes that deletes this. */
export function policyIntent(policy: Policy, source: PolicySource): PolicyIntent {
  const before = known.get(policy);
  if (before?.source.uid === source.uid && before.source.generation === source.generation) return before;
  const { uid, generation } = source;
  const whole = { source: { uid, generation }, ...toCompiledPolicySpec(policy) };
  // Fails closed: not to publish it would open its pods.
  const isTooLarge = isLarge(whole);
  const spec = isTooLarge ? closed(whole) : whole;
  const { namespace, name } = policy;
  const owner = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    name,
    uid,
    controller: true,
    blockOwnerDeletion: false,
  };
  const metadata = { namespace, name, ownerReferences: [owner] };
  const intent = {
    key: policyKey(policy),
    metadata,
    spec,
    fingerprint: fingerprint(spec),
    isTooLarge,
    source,
  };
  known.set(policy, intent);
  return intent;
}
