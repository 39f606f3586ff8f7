/* Two ways for clusters to be the same: to be written the same in normal form, and to say the same of every packet. */
import { addressBook } from "../../src/core/address-book.ts";
import { families } from "../../src/core/address.ts";
import { type Cluster, compile } from "../../src/core/compile.ts";
import { type Judgement, judge } from "../../src/core/evaluate.ts";
import { livePods } from "../../src/core/live-pods.ts";
import type { Rule } from "../../src/core/policy.ts";
import { nodes } from "./arbitrary/addresses.ts";
import { addressAtoms } from "./atoms.ts";
import { type Bits, addressOfBits, textOfBits } from "./bits.ts";

const withoutIndex = ({ peers, ports }: Rule): string =>
  JSON.stringify({ peers, ports }, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value));

/** The program as text, but for the rules' numbers and order. */
export function normalForm(cluster: Cluster): string {
  const { tiers, groups } = compile(cluster);
  const policies = tiers.flatMap((tier) =>
    tier.policies.map(({ rules, ...policy }) => ({
      ...policy,
      ingress: rules.ingress.map(withoutIndex).sort(),
      egress: rules.egress.map(withoutIndex).sort(),
    })),
  );
  return JSON.stringify({ policies, groups: [...groups.keys()].sort() }, undefined, 1);
}

/** What one cluster and another say of one way. */
export interface Comparison {
  readonly way: string;
  readonly toPod: boolean;
  readonly one: Judgement;
  readonly other: Judgement;
}

/** As many ends as keep a search short; the pods' addresses come first. */
const MAX_ENDS = 12;

function endsOf(clusters: readonly Cluster[], width: 32 | 128): Bits[] {
  const merged: Cluster = {
    namespaces: [],
    pods: clusters.flatMap(({ pods }) => pods),
    policies: clusters.flatMap(({ policies }) => policies),
  };
  const without = { ...merged, policies: [] };
  const owned = addressAtoms(without, nodes, width);
  const others = addressAtoms(merged, nodes, width).filter((bits) => !owned.includes(bits));
  const step = Math.ceil(others.length / 4);
  const strangers = others.filter((_, i) => i % step === 0);
  return [...strangers, ...owned.slice(-MAX_ENDS + strangers.length)];
}

/** Judges the same ways in both clusters. */
export function compareMeaning(one: Cluster, other: Cluster): Comparison[] {
  const programs = [compile(one), compile(other)] as const;
  const books = [one, other].map(({ pods }) => addressBook(livePods(pods), nodes));
  return families.flatMap((family) => {
    const ends = endsOf([one, other], family === "IPv4" ? 32 : 128).map((bits) => ({
      bits,
      address: addressOfBits(bits),
    }));
    return ends.flatMap((from) =>
      ends.flatMap((to) => {
        const [first, second] = books.map((book, i) =>
          judge(programs[i === 0 ? 0 : 1], book(from.address), book(to.address), family),
        );
        const toPod = books.some((book) => book(to.address).kind === "pod");
        if (first === undefined || second === undefined) return [];
        return [
          { way: `${textOfBits(from.bits)} -> ${textOfBits(to.bits)}`, toPod, one: first, other: second },
        ];
      }),
    );
  });
}
