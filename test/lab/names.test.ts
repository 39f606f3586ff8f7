import * as fc from "fast-check";
import { expect, it } from "vitest";

import { checkedLabName, labOfNetns, netnsPrefix, podNetns } from "../../src/lab/names.ts";

const labName = fc.stringMatching(/^[a-z0-9]{1,12}$/);

it("finds the lab of any namespace it names", () => {
  fc.assert(
    fc.property(labName, fc.stringMatching(/^[0-9a-f]{64}$/), (lab, sandboxId) => {
      expect(labOfNetns(podNetns(lab, sandboxId))).toBe(lab);
    }),
  );
});

it("never takes one lab's namespaces for another's", () => {
  fc.assert(
    fc.property(labName, labName, (one, other) => {
      fc.pre(one !== other);
      expect(`${netnsPrefix(one)}node1`.startsWith(netnsPrefix(other))).toBe(false);
    }),
  );
});

it("leaves other people's namespaces alone", () => {
  for (const netns of ["cni-0123", "rig-n1", "sv-", "sv--x", "xsv-lab-node1"])
    expect(labOfNetns(netns)).toBeUndefined();
});

it.each(["", "a-b", "../x", "UPPER", "thirteenchars"])("refuses %j as a lab's name", (name) => {
  expect(() => checkedLabName(name)).toThrow(/want 1 to 12/);
});
