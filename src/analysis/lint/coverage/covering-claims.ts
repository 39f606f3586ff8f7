import * as intervals from "../../../core/intervals.ts";
import type { PortName, Ports } from "../../../core/policy.ts";
import { type Flow, allPorts, containsFlow, isTrafficSubset, protocols } from "../../../core/traffic.ts";
import { type Claim, type Peer, boxesFor, peersOf } from "./claim.ts";
import { isCovered } from "./is-covered.ts";

/** What the ports of some rules tell apart: a flow for each stretch of numbers, or a port's name. */
type PortAtom = Flow | PortName;

const opensName = ({ numbered, named }: Ports, { protocol, name }: PortName): boolean =>
  named.some((each) => each.protocol === protocol && each.name === name) ||
  intervals.isEqual(numbered[protocol], allPorts);

const opensAll = (ports: Ports, wanted: Ports): boolean =>
  isTrafficSubset(wanted.numbered, ports.numbered) && wanted.named.every((name) => opensName(ports, name));

const opens = (ports: Ports, atom: PortAtom): boolean =>
  "name" in atom ? opensName(ports, atom) : containsFlow(ports.numbered, atom);

/** One port of each stretch that no rule divides. */
function atomsOf({ numbered, named }: Ports, others: readonly Ports[]): PortAtom[] {
  const flows = protocols.flatMap((protocol) => {
    const starts = new Set(
      [numbered, ...others.map((each) => each.numbered)].flatMap((each) => each[protocol].flat()),
    );
    return [...starts]
      .filter((port) => intervals.contains(numbered[protocol], port))
      .map((port): Flow => ({ protocol, port }));
  });
  return [...flows, ...(numbered.other ? [{ protocol: "other" } as const] : []), ...named];
}

function isPeerCovered(claim: Claim, peer: Peer, others: readonly Claim[]): boolean {
  const region = peer.kind === "pods" ? [...claim.subject, ...peer.box] : claim.subject;
  return isCovered(
    region,
    others.flatMap((other) => boxesFor(other, peer)),
  );
}

const covers = (claim: Claim, others: readonly Claim[]): boolean => {
  const peers = peersOf(claim);
  const whole = others.filter(({ ports }) => opensAll(ports, claim.ports));
  if (peers.every((peer) => isPeerCovered(claim, peer, whole))) return true;
  const atoms = atomsOf(
    claim.ports,
    others.map(({ ports }) => ports),
  );
  return atoms.every((atom) => {
    const opening = others.filter(({ ports }) => opens(ports, atom));
    return peers.every((peer) => isPeerCovered(claim, peer, opening));
  });
};

/**
 * The claims that together allow all that this one allows, whatever pods, namespaces and addresses there will be: one of
 * them, where one is enough. `undefined` where they do not. All speak of one namespace's pods in one direction.
 */
export function coveringClaims(claim: Claim, others: readonly Claim[]): readonly Claim[] | undefined {
  const single = others.find((other) => covers(claim, [other]));
  if (single !== undefined) return [single];
  if (!covers(claim, others)) return undefined;
  // Leave out whom it does not take.
  return others.reduce(
    (kept, other) => {
      const without = kept.filter((each) => each !== other);
      return covers(claim, without) ? without : kept;
    },
    others.filter((other) => other !== claim),
  );
}
