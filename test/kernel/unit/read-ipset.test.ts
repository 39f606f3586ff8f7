import { expect, test } from "vitest";
import { parseIpsetSave } from "../../../src/kernel/read-ipset.ts";
import { must } from "../../support/must.ts";

const plain = (text: string): unknown =>
  Object.fromEntries(
    [...parseIpsetSave(text)].map(([name, { type, entries }]) => [name, { type, entries: [...entries] }]),
  );

test("sets of each type and family, as ipset 7.17 prints them", () => {
  const text = [
    "create SV4-G-a hash:ip family inet hashsize 1024 maxelem 1048576 bucketsize 12 initval 0x0cd04ed1",
    "add SV4-G-a 10.244.1.5",
    "add SV4-G-a 10.244.1.6",
    "create SV6-N-b hash:net family inet6 hashsize 1024 maxelem 1048576 bucketsize 12 initval 0x1e404b64",
    "add SV6-N-b fd00::/64",
    "add SV6-N-b ::/1",
    "create SV4-P-c hash:ip,port family inet hashsize 1024 maxelem 1048576 bucketsize 12 initval 0x0bbda779",
    "add SV4-P-c 10.244.1.5,tcp:80",
    "create SV4-ingress hash:ip family inet hashsize 1024 maxelem 1048576 bucketsize 12 initval 0x496caee6",
    "",
  ].join("\n");
  expect(plain(text)).toEqual({
    "SV4-G-a": { type: "hash:ip", entries: ["10.244.1.5", "10.244.1.6"] },
    "SV6-N-b": { type: "hash:net", entries: ["fd00::/64", "::/1"] },
    "SV4-P-c": { type: "hash:ip,port", entries: ["10.244.1.5,tcp:80"] },
    "SV4-ingress": { type: "hash:ip", entries: [] },
  });
});

test("mapped addresses are told as we write them", () => {
  const text = [
    "create SV6-N-a hash:net family inet6 hashsize 1024 maxelem 1048576",
    "add SV6-N-a ::ffff:1.2.3.4",
    "add SV6-N-a ::ffff:10.0.0.0/104",
    "create SV6-P-a hash:ip,port family inet6 hashsize 1024 maxelem 1048576",
    "add SV6-P-a ::ffff:1.2.3.4,udp:53",
  ].join("\n");
  expect(plain(text)).toEqual({
    "SV6-N-a": { type: "hash:net", entries: ["::ffff:102:304", "::ffff:a00:0/104"] },
    "SV6-P-a": { type: "hash:ip,port", entries: ["::ffff:102:304,udp:53"] },
  });
});

test("sets of others are passed over, whatever they hold", () => {
  const text = [
    "create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536",
    "add KUBE-CLUSTER-IP 10.96.0.1,tcp:443",
    "create cali40s:abc hash:net family inet hashsize 1024 maxelem 1048576",
    "create blocked hash:ip family inet hashsize 1024 maxelem 65536 timeout 50 comment bucketsize 12",
    'add blocked 1.2.3.4 timeout 49 comment "add SV4-G-a 6.6.6.6"',
    "create XSV4-G-a hash:ip family inet hashsize 1024 maxelem 65536",
    "add XSV4-G-a 10.0.0.1",
  ].join("\n");
  expect(plain(text)).toEqual({});
});

test.each([
  ["family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x1", "remade"],
  ["family inet hashsize 4096 maxelem 1048576 timeout 600 bucketsize 12 initval 0x1", "remade"],
  ["family inet netmask 24 hashsize 1024 maxelem 1048576", "remade"],
  ["family inet hashsize 1024 maxelem 1048576 counters", "remade"],
  ["family inet hashsize 65536 maxelem 1048576 bucketsize 14 initval 0x77", "as ours"],
  ["family inet hashsize 1024 maxelem 1048576", "as ours"],
  ["family inet6 hashsize 1024 maxelem 1048576", "other"],
])("a set of our name that was made by others is known by its options: %s", (options, told) => {
  const set = must(parseIpsetSave(`create SV4-G-a hash:ip ${options}\n`).get("SV4-G-a"));
  expect(set.type === "other" ? "other" : set.isRemade === true ? "remade" : "as ours").toBe(told);
});

test("a set of our name and a foreign type is known for what it is", () => {
  expect(plain("create SV4-G-a bitmap:port range 0-1023\nadd SV4-G-a 80\n")).toEqual({
    "SV4-G-a": { type: "other", entries: ["80"] },
  });
});

test("no sets at all", () => {
  expect(plain("")).toEqual({});
  expect(plain("\n")).toEqual({});
});
