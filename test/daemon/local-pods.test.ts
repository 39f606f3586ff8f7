import { describe, expect, test } from "vitest";
import type { Pod } from "../../src/core/cluster.ts";
import { type CniEntry, readCniEntry } from "../../src/daemon/cni-entry.ts";
import { LocalPods } from "../../src/daemon/local-pods.ts";
import { bitsOfAddress, textOfBits } from "../support/bits.ts";
import { pod } from "../support/scenario.ts";
import { type CniFile, cniText } from "./cni-files.ts";

function entry(file: CniFile): CniEntry {
  const read = readCniEntry(cniText(file));
  if (typeof read === "string") throw new Error(read);
  return read;
}

/** Told of pods of `default` on n1, and what it told on: addresses by pod. */
function here() {
  const told = new Map<string, string>();
  const pods = new LocalPods("n1", (key, each) => {
    if (each === undefined || each.addresses === "unknown") told.delete(key);
    else told.set(key, each.addresses.map((address) => textOfBits(bitsOfAddress(address))).join(" "));
  });
  const set = (name: string, ips: readonly string[], traits: Partial<Pod> = {}): void =>
    pods.setPod(`default/${name}`, { ...pod(`default/${name}`, { ips }), ...traits });
  return { told, pods, set, of: (name: string) => told.get(`default/${name}`) };
}

describe("a pod of this node", () => {
  test("has its entry's addresses before its status tells any, whichever comes first", () => {
    const early = here();
    early.pods.setEntries([entry({ pod: "web", uid: "u", ips: ["10.0.0.1"] })]);
    early.set("web", [], { uid: "u" });
    expect(early.of("web")).toBe("10.0.0.1");
    const late = here();
    late.set("web", [], { uid: "u" });
    expect(late.of("web")).toBe("");
    late.pods.setEntries([entry({ pod: "web", uid: "u", ips: ["10.0.0.1"] })]);
    expect(late.of("web")).toBe("10.0.0.1");
  });

  test("has its entry's addresses where its status tells others", () => {
    const { pods, set, of } = here();
    pods.setEntries([entry({ pod: "web", ips: ["10.0.0.1"] })]);
    set("web", ["10.0.0.9"]);
    expect(of("web")).toBe("10.0.0.1");
  });

  test("has nothing of an entry of another pod of its name", () => {
    const { pods, set, of } = here();
    pods.setEntries([entry({ pod: "web", uid: "old", ips: ["10.0.0.1"] })]);
    set("web", [], { uid: "new" });
    expect(of("web")).toBe("");
  });

  test("loses its addresses with its entry, though its status shows them still; and has them again with a new one", () => {
    const { pods, set, of } = here();
    const web = entry({ pod: "web", uid: "u", ips: ["10.0.0.1"] });
    const other = entry({ pod: "other", ips: ["10.0.0.2"] });
    set("web", ["10.0.0.1"], { uid: "u" });
    pods.setEntries([web, other]);
    pods.setEntries([other]);
    expect(of("web")).toBe("");
    set("web", ["10.0.0.1"], { uid: "u", labels: { changed: "yes" } });
    expect(of("web")).toBe("");
    pods.setEntries([entry({ pod: "web", uid: "u", ips: ["10.0.0.3"] })]);
    expect(of("web")).toBe("10.0.0.3");
    pods.setEntries([]);
    set("web", ["10.0.0.4"], { uid: "another" });
    expect(of("web")).toBe("10.0.0.4");
  });

  test("has its status's addresses where it never had an entry, or there is no cache", () => {
    const { pods, set, of } = here();
    set("web", ["10.0.0.1"]);
    expect(of("web")).toBe("10.0.0.1");
    pods.setEntries([entry({ pod: "other", ips: ["10.0.0.2"] })]);
    expect(of("web")).toBe("10.0.0.1");
    pods.setEntries([entry({ pod: "web", ips: ["10.0.0.3"] })]);
    pods.setEntries(undefined);
    expect(of("web")).toBe("10.0.0.1");
  });

  test("has no address that another's entry has; of two entries the last written has it", () => {
    const { pods, set, of } = here();
    set("stale", ["10.0.0.1"]);
    set("old", []);
    set("new", []);
    const ips = ["10.0.0.1"];
    pods.setEntries([entry({ pod: "old", ips }), entry({ pod: "new", ips })]);
    expect([of("stale"), of("old"), of("new")]).toEqual(["", "", "10.0.0.1"]);
  });
});

test("pods of other nodes and of the host's network are as the API tells them", () => {
  const { pods, set, of } = here();
  const web = entry({ pod: "web", ips: ["10.0.0.1"] });
  pods.setEntries([web]);
  set("web", ["10.0.0.9"], { node: "n2" });
  expect(of("web")).toBe("10.0.0.9");
  set("web", ["10.0.0.8"], { hostNetwork: true });
  expect(of("web")).toBe("10.0.0.8");
  pods.setPod("default/web", undefined);
  expect(of("web")).toBeUndefined();
});
