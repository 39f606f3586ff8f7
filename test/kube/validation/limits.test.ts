import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLegacyCidr } from "../../../src/kube/validation/cidr.ts";
import { problemText } from "../../../src/kube/validation/field-problem.ts";
import { goJson, goQuote } from "../../../src/kube/validation/go-quote.ts";
import { validateNetworkPolicy } from "../../../src/kube/validation/validate-network-policy.ts";
import { formatCidr } from "../../../src/core/cidr.ts";

const withAnnotations = (bytes: number): unknown => ({
  metadata: { name: "web", annotations: { key: "a".repeat(bytes - 3), empty: null } },
});

describe("limits too large to record", () => {
  it("annotations are 256 KiB at most, keys included", () => {
    const limit = 256 * 1024;
    expect(validateNetworkPolicy(withAnnotations(limit - "empty".length)).problems).toEqual([]);
    expect(validateNetworkPolicy(withAnnotations(limit + 1)).problems.map(problemText)).toEqual([
      "metadata.annotations: Too long: may not be more than 262144 bytes",
    ]);
  });

  it("an endless label is refused as fast as it is read", () => {
    const labels = { a: `${"a".repeat(1_000_000)}!`, [`${"a-".repeat(500_000)}/x`]: "" };
    expect(validateNetworkPolicy({ metadata: { name: "web", labels } }).problems.length).toBeGreaterThan(2);
  });
});

describe("values as Go shows them", () => {
  it.each([
    ["plain é 世 😀", '"plain é 世 😀"'],
    ['"\\', '"\\"\\\\"'],
    ["\u0007\b\f\n\r\t\v", '"\\a\\b\\f\\n\\r\\t\\v"'],
    ["\u0000\u001f\u007f", '"\\x00\\x1f\\x7f"'],
    ["\u00a0\u200b\ufeff", '"\\u00a0\\u200b\\ufeff"'],
    ["\u{e0001}", '"\\U000e0001"'],
  ])("%j quoted", (text, quoted) => {
    expect(goQuote(text)).toBe(quoted);
  });

  it("as JSON, fit for HTML", () => {
    expect(goJson(["<a>", "&"])).toBe('["\\u003ca\\u003e","\\u0026"]');
  });
});

describe("a CIDR in the form of the past", () => {
  const octet = fc.nat(255);
  const zeros = fc.nat(3).map((count) => "0".repeat(count));

  it("means what it means without its leading zeros", () => {
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet), fc.nat(32), zeros, (octets, length, pad) => {
        const padded = parseLegacyCidr(`${octets.map((each) => pad + each).join(".")}/${pad}${length}`);
        expect(padded).toEqual(parseLegacyCidr(`${octets.join(".")}/${length}`));
        expect(padded).toBeDefined();
      }),
    );
  });

  it("means the IPv4 block that it maps", () => {
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet), fc.nat(32), (octets, length) => {
        const plain = parseLegacyCidr(`${octets.join(".")}/${length}`);
        const mapped = parseLegacyCidr(`::ffff:${octets.join(".")}/${96 + length}`);
        expect(mapped && formatCidr(mapped.block)).toBe(plain && formatCidr(plain.block));
      }),
    );
  });
});
