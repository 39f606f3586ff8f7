import * as z from "zod/mini";
import { type Address, parseAddress } from "../../core/address.ts";
import type { Pod } from "../../core/cluster.ts";
import { type FieldProblem, invalid } from "../validation/field-problem.ts";
import { type Parsed, decode, parsed, unparsed } from "./decode.ts";
import { identityOf, noName } from "./identity.ts";
import { toLabels } from "./label-selector.ts";
import { createdAt, objectMetaSchema } from "./object-meta.ts";
import { containerPorts, namedPorts, podSpecSchema } from "./pod-spec.ts";
import { list, maybe, text } from "./wire.ts";

const podStatusSchema = z.object({
  phase: maybe(text),
  podIP: maybe(text),
  podIPs: maybe(list(z.object({ ip: maybe(text) }))),
});

export const podSchema = z.object({
  metadata: maybe(objectMetaSchema),
  spec: maybe(podSpecSchema),
  status: maybe(podStatusSchema),
});

export type PodWire = z.output<typeof podSchema>;
type PodStatusWire = z.output<typeof podStatusSchema>;

/** `podIPs`, or `podIP` where a cluster of before dual stack wrote only that. */
function addressesOf({ podIP, podIPs }: PodStatusWire): Parsed<Address[]> {
  const texts = podIPs?.length ? podIPs.map((each) => each?.ip ?? "") : podIP ? [podIP] : [];
  const problems: FieldProblem[] = [];
  const addresses: Address[] = [];
  for (const [i, ip] of texts.entries()) {
    const address = parseAddress(ip);
    if (address !== undefined) addresses.push(address);
    else
      problems.push(
        invalid(podIPs?.length ? ["status", "podIPs", i, "ip"] : ["status", "podIP"], ip, NOT_AN_IP),
      );
  }
  return problems.length === 0 ? parsed(addresses) : unparsed(problems);
}

/** The kubelet runs a static pod under the UID of its file, and writes that to the pod that stands for it in the API. */
const MIRROR = "kubernetes.io/config.mirror";

const NOT_AN_IP = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

/**
 * A `v1` Pod, stripped to what policies can see. A port that cannot be read (a protocol that is yet to come) is passed over
 * alone, and so opens nothing: to pass over its pod would leave that pod without its policies.
 */
export function toPod(raw: unknown): Parsed<Pod> {
  const wire = decode(podSchema, raw, []);
  return wire.ok ? podOf(wire.value) : wire;
}

export function podOf({ metadata, spec, status }: PodWire): Parsed<Pod> {
  const meta = metadata ?? {};
  const identity = identityOf(meta);
  const addresses = addressesOf(status ?? {});
  const problems = [
    ...(identity === undefined ? [noName()] : []),
    ...(addresses.ok ? [] : addresses.problems),
  ];
  if (identity === undefined || !addresses.ok || problems.length > 0) return unparsed(problems);
  const uid = meta.annotations?.[MIRROR] || meta.uid;
  return parsed({
    ...identity,
    ...(uid && { uid }),
    labels: toLabels(meta.labels),
    addresses: addresses.value,
    ports: namedPorts(containerPorts(spec ?? {})),
    ...(spec?.nodeName && { node: spec.nodeName }),
    hostNetwork: spec?.hostNetwork === true,
    finished: status?.phase === "Succeeded" || status?.phase === "Failed",
    createdAt: createdAt(meta),
  });
}
