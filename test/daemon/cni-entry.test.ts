import { describe, expect, test } from "vitest";
import { formatAddress } from "../../src/core/address.ts";
import { readCniEntry } from "../../src/daemon/cni-entry.ts";
import { cniText } from "./cni-files.ts";

const whole = cniText({ pod: "web", uid: "u1", ips: ["10.244.1.5", "fd00:10:244:1::5"] });

describe("a file of the CNI result cache", () => {
  test("tells a pod, its UID and its addresses", () => {
    const entry = readCniEntry(whole);
    if (typeof entry === "string") throw new Error(entry);
    expect(entry).toMatchObject({ pod: "default/web", uid: "u1" });
    expect(entry.addresses.map(formatAddress)).toEqual(["10.244.1.5", "fd00:10:244:1::5"]);
  });

  test("cut off anywhere is torn, never another pod or another address", () => {
    const readings = new Set(Array.from(whole, (_, length) => readCniEntry(whole.slice(0, length))));
    expect([...readings]).toEqual(["torn"]);
  });

  test.each([
    ["the loopback", cniText({ pod: "web", ips: ["127.0.0.1"], ifName: "lo" })],
    ["a second network", cniText({ pod: "web", ips: ["192.0.2.1"], ifName: "net1" })],
    ["no Kubernetes pod", whole.replaceAll("K8S_POD_NAME", "OTHER")],
    ["an older format", whole.replace("cniCacheV1", "cniCacheV0")],
    ["no object", "17"],
  ])("of %s is passed over", (_, text) => {
    expect(readCniEntry(text)).toBe("foreign");
  });

  test("without a UID, or without addresses, is an entry even so", () => {
    expect(readCniEntry(cniText({ pod: "web", ips: [] }))).toEqual({ pod: "default/web", addresses: [] });
  });
});
