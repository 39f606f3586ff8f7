import * as z from "zod/mini";
import { maybe } from "../schema/wire.ts";

const leaseSchema = z.looseObject({
  metadata: z.looseObject({ annotations: maybe(z.record(z.string(), z.string())) }),
  spec: maybe(
    z.looseObject({
      holderIdentity: maybe(z.string()),
      leaseDurationSeconds: maybe(z.int()),
      acquireTime: maybe(z.string()),
      renewTime: maybe(z.string()),
      leaseTransitions: maybe(z.int()),
    }),
  ),
});

/** A Lease as the API server holds it; fields that are none of an election's are kept as they are. */
export type Lease = z.output<typeof leaseSchema>;

/** Throws for what is no Lease: an API server does not send that. */
export const parseLease = (raw: unknown): Lease => leaseSchema.parse(raw);

/** Nobody: an empty identity is what a leader leaves behind that has stepped down. */
export const holderOf = ({ spec }: Lease): string => spec?.holderIdentity ?? "";

/** RFC 3339 with six fractional digits: Go's MicroTime reads no other number of them. */
export const microTime = (time: Date): string => time.toISOString().replace("Z", "000Z");

/** Whether a record says something new: any renewal changes it, whatever its writer's clock shows. */
export const isSameRecord = (a: Lease, b: Lease): boolean =>
  JSON.stringify(a.spec ?? {}) === JSON.stringify(b.spec ?? {});

export interface Claim {
  readonly identity: string;
  /** Milliseconds for which nobody else may take the lease from its last renewal on. */
  readonly leaseDuration: number;
  readonly now: Date;
}

/** The spec with which `identity` takes or renews the lease. */
export function claimed(lease: Lease | undefined, { identity, leaseDuration, now }: Claim): Lease["spec"] {
  const before = lease?.spec ?? {};
  const isRenewal = before.holderIdentity === identity;
  const time = microTime(now);
  return {
    ...before,
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(leaseDuration / 1000),
    acquireTime: isRenewal ? (before.acquireTime ?? time) : time,
    renewTime: time,
    leaseTransitions: (before.leaseTransitions ?? 0) + (isRenewal || lease === undefined ? 0 : 1),
  };
}

/** The spec that lets the next one in at once; as client-go's `release`. */
export const released = (lease: Lease, now: Date): Lease["spec"] => ({
  leaseTransitions: lease.spec?.leaseTransitions ?? 0,
  holderIdentity: "",
  leaseDurationSeconds: 1,
  acquireTime: microTime(now),
  renewTime: microTime(now),
});
