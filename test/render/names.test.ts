/* Without a separator between what is digested, each of these pairs would share a name. */
import { expect, test } from "vitest";
import { parseCidr } from "../../src/core/cidr.ts";
import { blockSet, isolatedSet, knownSet, namedPortSet } from "../../src/render/names.ts";
import { must } from "../support/must.ts";

const cidrs = (...texts: string[]) => texts.map((text) => must(parseCidr(text)));

test.each<[string, string, string]>([
  [
    "isolated pods",
    isolatedSet("IPv4", "ingress", ["10.0.0.1", "10.0.0.11"]),
    isolatedSet("IPv4", "ingress", ["10.0.0.11", "0.0.0.11"]),
  ],
  [
    "known addresses",
    knownSet("IPv4", cidrs("0.0.0.0/1", "10.0.0.0/8")),
    knownSet("IPv4", cidrs("0.0.0.0/11", "0.0.0.0/8")),
  ],
  [
    "named ports",
    namedPortSet("IPv4", "g", { protocol: "TCP", name: "TCPx" }),
    namedPortSet("IPv4", "gTCP", { protocol: "TCP", name: "x" }),
  ],
  [
    "blocks",
    blockSet("IPv4", cidrs("0.0.0.0/1", "10.0.0.0/8")),
    blockSet("IPv4", cidrs("0.0.0.0/11", "0.0.0.0/8")),
  ],
])("sets of %s that hold other things have other names", (_, one, other) => {
  expect(one).not.toBe(other);
});
