import * as fc from "fast-check";
import { expect, it } from "vitest";

import { nodeAddressing } from "../../src/lab/addressing.ts";
import { FAMILIES } from "../../src/lab/backend.ts";

const index = fc.integer({ min: 1, max: 99 });

it("gives no two nodes anything in common", () => {
  fc.assert(
    fc.property(index, index, (one, other) => {
      fc.pre(one !== other);
      const values = (node: number): string[] =>
        Object.values(nodeAddressing(node)).flatMap((value): string[] =>
          typeof value === "object" ? [value.v4, value.v6] : [String(value)],
        );
      expect(values(one).filter((value) => values(other).includes(value))).toEqual([]);
    }),
  );
});

it("takes gateway and VXLAN address from the node's own pod CIDR", () => {
  fc.assert(
    fc.property(index, (node) => {
      const { podCidrs, gateways, vteps } = nodeAddressing(node);
      for (const family of FAMILIES) {
        expect(podCidrs[family].startsWith(`${vteps[family]}/`)).toBe(true);
        expect(gateways[family].startsWith(vteps[family].replace(/0$/, ""))).toBe(true);
      }
    }),
  );
});

it("knows no node 0, 100 or 1.5", () => {
  for (const bad of [0, 100, 1.5]) expect(() => nodeAddressing(bad)).toThrow(/want 1 to 99/);
});
