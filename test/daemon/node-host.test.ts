import { expect, test } from "vitest";
import { NodeHost, podLinks } from "../../src/daemon/node-host.ts";
import type { OwnNetwork } from "../../src/daemon/own-network.ts";
import { addressOfBits, bitsOf } from "../support/bits.ts";
import { pod } from "../support/scenario.ts";

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

const bridged: OwnNetwork = {
  interfaces: { cni0: [{ cidr: "10.244.1.1/24" }] },
  addresses: [addressOfBits(bitsOf("10.244.1.1"))],
};

function hostAt() {
  const at = { network: bridged, now: 0, reads: 0 };
  const read = (): OwnNetwork => {
    at.reads += 1;
    return at.network;
  };
  return { at, host: new NodeHost({ read, clock: () => at.now }) };
}

test("the node's network is read where pods come, go or move, and not where all else of them changes", () => {
  const { at, host } = hostAt();
  const web = pod("shop/web", { ips: ["10.244.1.5"] });
  const reads = [
    [],
    [web],
    [{ ...web, labels: { app: "other" } }],
    [pod("shop/web", { ips: ["10.244.1.6"] })],
    [pod("shop/db", { ips: ["10.244.1.6"] })],
    [],
  ].map((pods) => {
    host.now(pods);
    return at.reads;
  });
  expect(reads).toEqual([1, 2, 2, 3, 4, 5]);
});

test("the node's network is read anew after a second, and is the same value where it is the same", () => {
  const { at, host } = hostAt();
  const pods = [pod("shop/web", { ips: ["10.244.1.5"] })];
  const first = host.now(pods);
  expect(first).toMatchObject({ host: { bridges: ["cni0"] }, own: bridged.addresses });
  at.network = { interfaces: {}, addresses: [] };
  at.now = 999;
  expect(host.now(pods)).toEqual(first);
  at.now = 1_000;
  const second = host.now(pods);
  expect(second).toMatchObject({ host: { bridges: [] }, own: [] });
  at.now = 2_000;
  expect(host.now(pods).host).toBe(second.host);
  expect(host.now(pods).own).toBe(second.own);
});
