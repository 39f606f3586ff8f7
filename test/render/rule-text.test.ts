import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  blockSet,
  classChain,
  dispatchChain,
  groupSet,
  isOurChain,
  isOurSet,
  isolatedSet,
  namedPortSet,
  trieChain,
} from "../../src/render/names.ts";
import { ruleHash, ruleText } from "../../src/render/rule-text.ts";
import { digest } from "../../src/core/digest.ts";
import { parseCidr } from "../../src/core/cidr.ts";
import { must } from "../support/must.ts";
import { Words } from "../support/netfilter/words.ts";

test("whatever the comment says, it is one word of at most 255 bytes that ends in the rule's hash", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 400, unit: "binary" }), (comment) => {
      const words = new Words(ruleText("-j DROP", comment));
      words.expect("-m");
      words.expect("comment");
      words.expect("--comment");
      const written = words.take();
      expect(Buffer.byteLength(written)).toBeLessThanOrEqual(255);
      expect([words.take(), words.take(), words.peek()]).toEqual(["-j", "DROP", undefined]);
      expect(ruleHash(ruleText("-j DROP", comment))).toBe(written.slice(-10));
    }),
  );
});

test("the hash tells rules apart, and comments where the text shows no difference", () => {
  const long = "x".repeat(300);
  const texts = [
    ruleText("-j DROP", "a"),
    ruleText("-j RETURN", "a"),
    ruleText("-j DROP", long),
    ruleText("-j DROP", `${long}y`),
  ];
  expect(new Set(texts.map(ruleHash)).size).toBe(texts.length);
});

test("a rule that is not ours has no hash", () => {
  expect(ruleHash('-m comment --comment "kubernetes forwarding rules" -j ACCEPT')).toBeUndefined();
  expect(ruleHash("-j KUBE-FORWARD")).toBeUndefined();
});

test("names fit the kernel and are known as ours", () => {
  const id = digest("anything");
  const block = must(parseCidr("255.255.255.255/32"));
  const block6 = must(parseCidr("fd00:1234:1234:1234:1234:1234:1234:1234/124"));
  const port = { protocol: "SCTP", name: "fifteen-letters" } as const;
  const sets = [
    isolatedSet("IPv6", "ingress", []),
    groupSet("IPv6", id),
    namedPortSet("IPv4", id, port),
    blockSet("IPv6", [block6]),
  ];
  const chains = [
    dispatchChain("ingress"),
    classChain(id),
    trieChain("egress", block),
    trieChain("ingress", block6),
  ];
  for (const name of sets) expect(name.length).toBeLessThanOrEqual(31);
  for (const name of chains) expect(name.length).toBeLessThanOrEqual(28);
  expect(sets.every(isOurSet) && chains.every(isOurChain)).toBe(true);
  expect(["KUBE-FORWARD", "SVC-1", "FLANNEL-FWD"].some((name) => isOurChain(name) || isOurSet(name))).toBe(
    false,
  );
});

const commentIn = (comment: string): string => {
  const words = new Words(ruleText("-j DROP", comment));
  for (const word of ["-m", "comment", "--comment"]) words.expect(word);
  return words.take().slice(0, -" #".length - 10);
};

test("a comment stands as it is where it fits, and else ends in dots", () => {
  const fits = "x".repeat(255 - " #".length - 10);
  expect(commentIn(fits)).toBe(fits);
  expect(commentIn(`${fits}x`)).toBe(`${fits.slice(3)}...`);
});

test("names, numbers and our own punctuation stay; what could be read as more than a word does not", () => {
  const ours = "shop/web-1 ingress[0], a=b (c): d.e_F";
  expect(commentIn(ours)).toBe(ours);
  expect(commentIn(`a"b'c\\d$e\nf`)).toBe("a?b?c?d?e?f");
});

test("a hash is found wherever iptables-save has the comment, and only a whole one", () => {
  const hash = "abcdefghi7";
  expect(ruleHash(`-A FORWARD -m comment --comment "a b #${hash}" -j DROP`)).toBe(hash);
  expect(ruleHash(`-m comment --comment #${hash} -j DROP`)).toBe(hash);
  expect(ruleHash(`-j DROP -m comment --comment "#${hash}"`)).toBeUndefined();
  expect(ruleHash(`-j DROP -m comment --comment "a #${hash}"`)).toBe(hash);
  expect(ruleHash(`-m comment --comment "a #${hash}x" -j DROP`)).toBeUndefined();
  expect(ruleHash(`-m comment --comment "a #${hash.slice(1)}" -j DROP`)).toBeUndefined();
  expect(ruleHash(`-m comment --comment "a #${hash.slice(1)}1" -j DROP`)).toBeUndefined();
});

test("the comment is the last of the matches, so that who is not meant does not pay for it", () => {
  const readable = (text: string): string => text.replace(/ #[a-z2-7]{10}/, "");
  expect(readable(ruleText("-p tcp -m tcp --dport 80 -j RETURN", "a"))).toBe(
    '-p tcp -m tcp --dport 80 -m comment --comment "a" -j RETURN',
  );
  expect(readable(ruleText("-s 10.0.0.0/28 -g SV-X", "a"))).toBe(
    '-s 10.0.0.0/28 -m comment --comment "a" -g SV-X',
  );
  expect(readable(ruleText("-j NFLOG --nflog-group 86", "a"))).toBe(
    '-m comment --comment "a" -j NFLOG --nflog-group 86',
  );
});
