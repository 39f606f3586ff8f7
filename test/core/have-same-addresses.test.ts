import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatAddress } from "../../src/core/address.ts";
import { type Pod, keyOf } from "../../src/core/cluster.ts";
import { haveSameAddresses } from "../../src/core/have-same-addresses.ts";
import { pod } from "../support/scenario.ts";
import { scale } from "../support/search-settings.ts";

const some = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom("a", "b", "c"),
      ips: fc.subarray(["10.0.0.1", "10.0.0.2", "fd00::1"]),
      app: fc.constantFrom("x", "y"),
    }),
    { selector: ({ name }) => name },
  )
  .map((pods) => pods.map(({ name, ips, app }) => pod(`shop/${name}`, { ips, labels: { app } })));

/** Who has what, as text: no two ways to say the same. */
const said = (pods: readonly Pod[]): string[] =>
  pods
    .map((each) =>
      each.addresses === "unknown"
        ? keyOf(each)
        : [keyOf(each), ...each.addresses.map(formatAddress)].join(" "),
    )
    .toSorted();

describe("lists of pods have the same addresses", () => {
  test("where they say so", () => {
    const law = (before: readonly Pod[], after: readonly Pod[], shared: boolean): void => {
      const [first] = before;
      const mixed = shared && first !== undefined && after.length > 0 ? [...after.slice(1), first] : after;
      if (new Set(mixed.map(keyOf)).size < mixed.length) return;
      expect(haveSameAddresses(before, mixed)).toBe(said(before).join() === said(mixed).join());
    };
    fc.assert(fc.property(some, some, fc.boolean(), law), { numRuns: Math.ceil(2_000 * scale) });
  });

  test("not where those of a pod are no longer known", () => {
    const known = pod("shop/web", { ips: ["10.0.0.1"] });
    expect(haveSameAddresses([known], [{ ...known, addresses: "unknown" }])).toBe(false);
    const unknown: Pod = { ...known, addresses: "unknown" };
    expect(haveSameAddresses([unknown], [{ ...unknown, labels: { app: "x" } }])).toBe(true);
  });
});
