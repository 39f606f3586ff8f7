import * as fc from "fast-check";
import type { Address } from "../../../src/core/address.ts";
import type { Node } from "../../../src/core/cluster.ts";
import type { IPBlock } from "../../../src/core/network-policy.ts";
import { addressOfBits, bitsOf, isInCidr } from "../bits.ts";

/** The two nodes of every generated cluster. */
export const nodes: readonly Node[] = ["1", "2"].map((number) => ({
  name: `n${number}`,
  addresses: [`192.168.0.${number}`, `fd01::${number}`].map((text) => addressOfBits(bitsOf(text))),
}));

const lastDigits = ["0", "1", "2", "3", "4", "5", "6", "7"];
const podTexts = {
  IPv4: lastDigits.flatMap((digit) => [`10.0.0.${digit}`, `10.0.1.${digit}`]),
  IPv6: lastDigits.flatMap((digit) => [`fd00::${digit}`, `fd00:0:0:1::${digit}`]),
};

/** Few enough that pods and blocks meet, and that two pods sometimes claim one address. */
const podAddress = (family: "IPv4" | "IPv6"): fc.Arbitrary<Address> =>
  fc.constantFrom(...podTexts[family]).map((text) => addressOfBits(bitsOf(text)));

/** As Kubernetes gives them, at most one of each family; and none, one or several as it never does. */
export const podAddressesArbitrary: fc.Arbitrary<readonly Address[]> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(podAddress("IPv4"), podAddress("IPv6")) },
  { weight: 2, arbitrary: podAddress("IPv4").map((address) => [address]) },
  { weight: 1, arbitrary: podAddress("IPv6").map((address) => [address]) },
  { weight: 1, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.uniqueArray(fc.oneof(podAddress("IPv4"), podAddress("IPv6")), {
      maxLength: 3,
      selector: ({ family, value }) => `${family} ${value}`,
    }),
  },
);

const cidr4 = fc
  .tuple(
    fc.constantFrom(
      ...podTexts.IPv4,
      "192.168.0.1",
      "192.168.0.2",
      "203.0.113.9",
      "0.0.0.0",
      "255.255.255.255",
    ),
    fc.constantFrom(0, 1, 8, 16, 23, 24, 29, 30, 31, 32),
  )
  .map(([address, length]) => `${address}/${length}`);

const cidr6 = fc
  .tuple(
    fc.constantFrom(...podTexts.IPv6, "fd01::1", "2001:db8::9", "::", "ffff::ffff", "::ffff:a00:1"),
    fc.constantFrom(0, 1, 16, 48, 63, 64, 125, 126, 127, 128),
  )
  .map(([address, length]) => `${address}/${length}`);

const lengthOf = (cidr: string): number => Number(cidr.split("/")[1]);

/** `except` lies strictly inside its block, as the API server wants it. Host bits are left as they fall. */
const isHoleOf = (hole: string, cidr: string): boolean =>
  lengthOf(hole) > lengthOf(cidr) && isInCidr(bitsOf(hole.split("/")[0] ?? ""), cidr);

const block = (cidr: fc.Arbitrary<string>): fc.Arbitrary<IPBlock> =>
  fc
    .tuple(cidr, fc.option(fc.array(cidr, { maxLength: 4 }), { nil: undefined }))
    .map(([whole, holes]) =>
      holes === undefined
        ? { cidr: whole }
        : { cidr: whole, except: holes.filter((hole) => isHoleOf(hole, whole)) },
    );

export const blockArbitrary: fc.Arbitrary<IPBlock> = fc.oneof(block(cidr4), block(cidr6));
