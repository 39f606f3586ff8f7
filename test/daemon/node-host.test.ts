import { expect, test } from "vitest";
import { podLinks } from "../../src/daemon/node-host.ts";
import { addressOfBits, bitsOf } from "../support/bits.ts";

const pods = ["10.244.1.5", "10.244.1.6"].map((text) => addressOfBits(bitsOf(text)));

test("the links with an address in a block that pods are in, and no others", () => {
  const links = podLinks(
    {
      lo: [{ cidr: "127.0.0.1/8" }],
      eth0: [{ cidr: "192.168.0.1/24" }, { cidr: "fe80::1/64" }],
      cni0: [{ cidr: "10.244.1.1/24" }, { cidr: "fd00::1/64" }],
      "flannel.1": [{ cidr: "10.244.1.0/32" }],
      veth1: [{ cidr: "fe80::2/64" }],
      'a"b': [{ cidr: "10.244.1.9/24" }],
      gone: [{ cidr: null }],
    },
    pods,
  );
  expect(links).toEqual(["cni0"]);
});

test("a host route to a pod, as Calico's, is no link of pods", () => {
  expect(podLinks({ cali1: [{ cidr: "10.244.1.5/32" }] }, pods)).toEqual([]);
});
