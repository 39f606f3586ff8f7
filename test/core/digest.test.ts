import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { digest } from "../../src/core/digest.ts";

/** RFC 4648 base32 of the first 120 bits of SHA-256, in lower case, digit by digit. */
function naive(text: string): string {
  const bits = [...createHash("sha256").update(text).digest().subarray(0, 15)]
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("");
  const digits = bits.match(/.{5}/g) ?? [];
  return digits.map((five) => "abcdefghijklmnopqrstuvwxyz234567".charAt(Number.parseInt(five, 2))).join("");
}

test("a digest is the first 120 bits of SHA-256 in base32", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(digest(text)).toBe(naive(text));
    }),
  );
});
