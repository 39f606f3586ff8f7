import { expect, test } from "vitest";
import { addressBook } from "../../src/core/address-book.ts";
import { addressOfBits, bitsOf } from "../support/bits.ts";
import { pod } from "../support/scenario.ts";

const address = (text: string) => addressOfBits(bitsOf(text));

test("an address is a pod's, else a node's, else nobody's; pods of unknown address have none", () => {
  const web = pod("shop/web", { ips: ["10.0.0.1"] });
  const written = { ...pod("shop/written", {}), addresses: "unknown" as const };
  const node = { name: "n1", addresses: [address("10.0.0.1"), address("192.168.0.1")] };
  const book = addressBook([written, web], [node]);
  expect(book(address("10.0.0.1"))).toEqual({ kind: "pod", pod: web, address: address("10.0.0.1") });
  expect(book(address("192.168.0.1"))).toEqual({
    kind: "node",
    name: "n1",
    addresses: [address("192.168.0.1")],
  });
  expect(book(address("192.0.2.1"))).toEqual({ kind: "address", address: address("192.0.2.1") });
});
