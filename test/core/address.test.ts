/* Texts that random ones seldom come near; that the rest is read as node:net reads it, test/property/addresses shows. */
import { expect, test } from "vitest";
import { parseAddress } from "../../src/core/address.ts";
import { bitsOf, bitsOfAddress } from "../support/bits.ts";
import { must } from "../support/must.ts";

test.each([
  "",
  ":",
  ":::",
  "::1::",
  "1::2::3",
  "1:2:3:4:5:6:7:8::1::2",
  "1:2:3:4::5:6:7:8",
  "1:2:3:4:5:6:7:8::",
  "::1:2:3:4:5:6:7:8",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7:1.2.3.4",
  "::1.2.3.4:5",
  "1.2.3.4::",
  "::1.2.3.256",
  "::12345",
  "fe80::1%eth0",
  "1.2.3",
  "1.2.3.4.5",
  "1.2.3.04",
  "1.2.3.256",
  " 1.2.3.4",
])("%j is no address", (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

test.each([
  ["::", "0:0:0:0:0:0:0:0"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  ["::1.2.3.4", "0:0:0:0:0:0:102:304"],
  ["1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"],
  ["FD00::A", "fd00:0:0:0:0:0:0:a"],
])("%s is %s", (text, whole) => {
  expect(bitsOfAddress(must(parseAddress(text)))).toBe(bitsOf(whole));
});
