import type { Address } from "./address.ts";
import { type Pod, keyOf } from "./cluster.ts";
import { difference } from "./difference.ts";

const isSameAddress = (a: Address, b: Address | undefined): boolean =>
  a.value === b?.value && a.family === b.family;

function hasSame({ addresses: before }: Pod, { addresses: after }: Pod): boolean {
  if (before === "unknown" || after === "unknown") return before === after;
  return before.length === after.length && before.every((address, i) => isSameAddress(address, after[i]));
}

/** Whether these are the same pods with the same addresses, whatever else of them changed. Costs the pods that did. */
export function haveSameAddresses(before: readonly Pod[], after: readonly Pod[]): boolean {
  const { gone, come } = difference(before, after);
  if (gone.length !== come.length) return false;
  const were = new Map(gone.map((pod) => [keyOf(pod), pod]));
  return come.every((pod) => {
    const was = were.get(keyOf(pod));
    return was !== undefined && hasSame(was, pod);
  });
}
