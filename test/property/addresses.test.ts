import { isIP } from "node:net";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Address,
  type Family,
  addressBits,
  families,
  formatAddress,
  parseAddress,
} from "../../src/core/address.ts";
import {
  addressSet,
  addressSetCidrs,
  allAddresses,
  containsAddress,
  equalAddresses,
  intersectAddresses,
  isAddressSubset,
  isEveryAddress,
  isNoAddress,
  subtractAddresses,
  unionAddresses,
} from "../../src/core/address-set.ts";
import {
  type Cidr,
  cidrAround,
  cidrInterval,
  formatCidr,
  intervalCidrs,
  parseCidr,
} from "../../src/core/cidr.ts";
import { addressOfBits, bitsOf, bitsOfAddress, isInCidr } from "../support/bits.ts";
import { must } from "../support/must.ts";
import { inetNtop } from "../support/netfilter/inet-ntop.ts";
import { scale } from "../support/search-settings.ts";

const check = <T>(cases: fc.Arbitrary<T>, law: (value: T) => void): void =>
  fc.assert(fc.property(cases, law), { numRuns: Math.ceil(1_000 * scale) });

/** Runs of zeros and ones are likely, since that is what the text form is about. */
const addressArbitrary = (family: Family): fc.Arbitrary<Address> => {
  const groups = addressBits[family] / 16;
  const group = fc.oneof(fc.constantFrom(0, 0, 0, 1, 0xffff), fc.integer({ min: 0, max: 0xffff }));
  return fc
    .array(group, { minLength: groups, maxLength: groups })
    .map((numbers) => addressOfBits(numbers.map((each) => each.toString(2).padStart(16, "0")).join("")));
};

const anyAddress = fc.constantFrom(...families).chain(addressArbitrary);
const cidrArbitrary: fc.Arbitrary<Cidr> = anyAddress.chain((address) =>
  fc.nat(addressBits[address.family]).map((length) => cidrAround(address, length)),
);

describe("addresses", () => {
  test("are printed as the system prints them, and read back", () => {
    check(anyAddress, (address) => {
      const text = formatAddress(address);
      expect(parseAddress(text)).toEqual(address);
      expect(bitsOf(text)).toBe(bitsOfAddress(address));
      const system = inetNtop(bitsOfAddress(address));
      expect(parseAddress(system)).toEqual(address);
      if (!system.includes(".") || address.family === "IPv4") expect(text).toBe(system);
    });
  });

  test("are read where node:net reads them, and nowhere else", () => {
    const part = fc.constantFrom(
      "0",
      "1",
      "a",
      "ffff",
      "10000",
      "01",
      "255",
      "256",
      ":",
      "::",
      ".",
      "%e",
      "/",
      " ",
      "g",
      "-",
    );
    const text = fc.oneof(
      fc.array(part, { maxLength: 10 }).map((parts) => parts.join("")),
      fc
        .array(fc.constantFrom("0", "1", "ffff", "", "1.2.3.4"), { maxLength: 9 })
        .map((parts) => parts.join(":")),
      fc
        .array(fc.constantFrom("0", "1", "255", "256", "01", ""), { maxLength: 5 })
        .map((parts) => parts.join(".")),
    );
    check(text, (each) => {
      // A zone is an address to node:net, and none to Go's netip in a NetworkPolicy.
      const isRead = isIP(each) !== 0 && !each.includes("%");
      expect(parseAddress(each) !== undefined, each).toBe(isRead);
    });
  });

  test.each([
    "",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "256.1.1.1",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "::1.2.3.4.5",
    "1.2.3.4::",
    "fe80::1%eth0",
    " ::1",
  ])("%j is no address", (text) => expect(parseAddress(text)).toBeUndefined());

  test.each([
    ["::", 0n],
    ["::1", 1n],
    ["1::", 1n << 112n],
    ["::ffff:1.2.3.4", 0xffff01020304n],
    ["1:2:3:4:5:6:7:8", 0x00010002000300040005000600070008n],
    ["1:2:3:4:5:6:7::", 0x00010002000300040005000600070000n],
    ["1:2:3:4:5:6:1.2.3.4", 0x00010002000300040005000601020304n],
  ])("%s is %d", (text, value) => expect(parseAddress(text)).toEqual({ family: "IPv6", value }));
});

describe("CIDRs", () => {
  test("are read back, with host bits cleared", () => {
    check(fc.tuple(anyAddress, fc.nat(128)), ([address, any]) => {
      const length = any % (addressBits[address.family] + 1);
      const cidr = must(parseCidr(`${formatAddress(address)}/${length}`));
      expect(parseCidr(formatCidr(cidr))).toEqual(cidr);
      const bits = bitsOfAddress({ family: cidr.family, value: cidr.first });
      expect(bits).toBe(bitsOfAddress(address).slice(0, length).padEnd(bits.length, "0"));
    });
  });

  test.each([
    "10.0.0.0",
    "10.0.0.0/",
    "/8",
    "10.0.0.0/33",
    "::/129",
    "10.0.0.0/08",
    "10.0.0.0/-1",
    "10.0.0.0/ 8",
    "10.0.0.0/8/8",
  ])("%j is none", (text) => expect(parseCidr(text)).toBeUndefined());

  test("cover their interval exactly, in the fewest blocks, ascending", () => {
    const bounds = fc
      .constantFrom(...families)
      .chain((family) => fc.tuple(fc.constant(family), addressArbitrary(family), addressArbitrary(family)));
    check(bounds, ([family, { value: a }, { value: b }]) => {
      const [from, to] = a < b ? [a, b] : [b, a];
      const blocks = intervalCidrs(family, [from, to]).map(cidrInterval);
      expect(blocks.every(([, end], i) => end === (blocks[i + 1]?.[0] ?? to))).toBe(true);
      expect(blocks[0]?.[0] ?? to).toBe(from);
      // Fewest: no two neighbours are the halves of one block.
      for (const [i, [first, end]] of blocks.entries()) {
        const next = blocks[i + 1];
        const size = end - first;
        const areHalves = next !== undefined && next[1] - next[0] === size && first % (2n * size) === 0n;
        expect(areHalves).toBe(false);
      }
    });
  });
});

describe("sets of addresses", () => {
  const cidrs = fc.array(cidrArbitrary, { maxLength: 4 });
  const member = fc.tuple(cidrs, cidrs, anyAddress);

  test("hold what one of their CIDRs holds; operations are those of sets", () => {
    check(member, ([a, b, probe]) => {
      const [setA, setB] = [addressSet(a), addressSet(b)];
      const edges = [...a, ...b].map(({ family, first }): Address => ({ family, value: first }));
      for (const address of [probe, ...edges]) {
        const bits = bitsOfAddress(address);
        const [inA, inB] = [a, b].map((each) => each.some((cidr) => isInCidr(bits, formatCidr(cidr))));
        expect(containsAddress(setA, address)).toBe(inA);
        expect(containsAddress(unionAddresses([setA, setB]), address)).toBe(inA || inB);
        expect(containsAddress(intersectAddresses(setA, setB), address)).toBe(inA && inB);
        expect(containsAddress(subtractAddresses(setA, setB), address)).toBe(inA && !inB);
      }
    });
  });

  test("are the CIDRs that they are printed as", () => {
    check(cidrs, (each) => {
      const set = addressSet(each);
      const printed = families.flatMap((family) => addressSetCidrs(set, family));
      expect(equalAddresses(addressSet(printed), set)).toBe(true);
    });
  });

  test("subset, complement, all and none", () => {
    check(fc.tuple(cidrs, cidrs), ([a, b]) => {
      const [setA, setB] = [addressSet(a), addressSet(b)];
      expect(isAddressSubset(setA, unionAddresses([setA, setB]))).toBe(true);
      expect(isAddressSubset(setA, setB)).toBe(isNoAddress(subtractAddresses(setA, setB)));
      expect(equalAddresses(setA, setB)).toBe(isAddressSubset(setA, setB) && isAddressSubset(setB, setA));
      const rest = subtractAddresses(allAddresses, setA);
      expect(isEveryAddress(unionAddresses([setA, rest]))).toBe(true);
      expect(isNoAddress(intersectAddresses(setA, rest))).toBe(true);
    });
  });
});
