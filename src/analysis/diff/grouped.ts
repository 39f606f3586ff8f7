import { type AddressSet, noAddresses, unionAddresses } from "../../core/address-set.ts";
import { editId } from "./edit.ts";
import { type ClassChange, isOneself } from "./all-pairs.ts";
import type { EndClass } from "./end-classes.ts";
import type { PairChange } from "./pair-changes.ts";
import { meaningText } from "./versions.ts";

/** Some ends that change alike: pods, workloads and nodes by name, and addresses outside. */
export interface EndGroup {
  readonly names: readonly string[];
  /** Those of pods and nodes among them are not meant. */
  readonly outside: AddressSet;
}

/** A change from every one of some ends to every one of others; to itself only where an end is several pods. */
export interface DiffChange extends PairChange {
  readonly from: EndGroup;
  readonly to: EndGroup;
}

interface Product {
  readonly from: readonly EndClass[];
  readonly to: readonly EndClass[];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const group = (classes: readonly EndClass[]): EndGroup => {
  const outside = classes.flatMap((each) => (each.outside === undefined ? [] : [each.outside.addresses]));
  return {
    names: classes.flatMap(({ members }) => members.map(({ key }) => key)).sort(compare),
    outside: outside.length === 0 ? noAddresses : unionAddresses(outside),
  };
};

/** Sources that reach the same destinations are told in one. */
function products(reached: ReadonlyMap<EndClass, readonly EndClass[]>): Product[] {
  const alike = Map.groupBy([...reached], ([, to]) =>
    to
      .map(({ id }) => id)
      .sort((a, b) => a - b)
      .join(),
  );
  return [...alike.values()].flatMap((all): Product[] => {
    const [first] = all;
    return first === undefined ? [] : [{ from: all.map(([from]) => from), to: first[1] }];
  });
}

/** The fewest products of two ways: an end that is alone may be counted among those it reaches, as it always reaches itself. */
function fewestProducts(pairs: readonly ClassChange[]): Product[] {
  const reached = new Map(
    [...Map.groupBy(pairs, ({ from }) => from)].map(([from, all]) => [from, all.map(({ to }) => to)]),
  );
  const withSelf = new Map(
    [...reached].map(([from, to]) => [from, isOneself({ from, to: from }) ? [...to, from] : to]),
  );
  const [strict, loose] = [products(reached), products(withSelf)];
  if (strict.length <= loose.length) return strict;
  return loose.map(({ from, to }) => ({
    from,
    to: from.length > 1 ? to : to.filter((each) => !isOneself({ from: each, to: each }) || each !== from[0]),
  }));
}

const sortKey = ({ edits, kind, from, to, ...rest }: DiffChange): string =>
  meaningText([edits.map(editId), kind, from, to, rest]);

/** Puts pairs of classes that change alike together, whatever the order in which they were found. */
export function grouped(found: readonly ClassChange[]): DiffChange[] {
  const alike = Map.groupBy(found, ({ from: _from, to: _to, edits, ...change }) =>
    meaningText([change, edits.map(editId)]),
  );
  return [...alike.values()]
    .flatMap((pairs) =>
      fewestProducts(pairs).map((product): DiffChange => {
        const [first] = pairs;
        if (first === undefined) throw new Error("a group of nothing");
        return { ...first, from: group(product.from), to: group(product.to) };
      }),
    )
    .map((change) => ({ change, key: sortKey(change) }))
    .sort((a, b) => compare(a.key, b.key))
    .map(({ change }) => change);
}
