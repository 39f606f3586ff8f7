import { expect, test } from "vitest";
import { NFT_TABLE } from "../../../src/render/names.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { describeKernel } from "../support.ts";
import { nftRule, nftRuleset, setOfType } from "../unit/nft-rulesets.ts";
import { type NftRig, nftRig } from "./rig.ts";

const PODS = Array.from({ length: 2000 }, (_, i) => `10.1.${i >> 8}.${i & 255}`);

const PEERS = PODS.map((pod) => pod.replace("10.1.", "10.2."));

/** A group of so many, from `from` on, and so many isolated pods, behind a start gate; these from elsewhere on, where that is said. */
function crowd(count: number, from = 0, podsFrom = from): Ruleset {
  const pods = PODS.slice(podsFrom, podsFrom + count);
  const peers = PEERS.slice(from, from + count);
  const sets = {
    "SV4-G-a": setOfType("hash:ip", ...peers),
    "SV4-P-a": setOfType("hash:ip,port", ...peers.map((peer) => `${peer},tcp:80`)),
    "SV4-verdicts-ingress": setOfType("verdicts", ...pods.map((pod) => `${pod} : goto SV-C-a`)),
    "SV4-verdicts-egress": setOfType("verdicts"),
    "SV4-ports-ingress": setOfType("port-verdicts", ...pods.map((pod) => `${pod} . tcp . 80 : goto SV-C-a`)),
    "SV4-self": setOfType("pairs", ...pods.map((pod) => `${pod} . ${pod}`)),
    "SV4-known-a": { ...setOfType("hash:ip", ...pods), order: "go-first" as const },
  };
  const chains = {
    "SV-INGRESS": [
      nftRule("ip daddr . meta l4proto . th dport vmap @SV4-ports-ingress"),
      nftRule("ip daddr vmap @SV4-verdicts-ingress"),
      nftRule("goto SV-I-REST"),
    ],
    "SV-I-REST": [nftRule("ip daddr 10.1.0.0/16 ip daddr != @SV4-known-a goto SV-GATE")],
    "SV-GATE": [nftRule("counter drop")],
    "SV-C-a": [
      nftRule("ip saddr @SV4-G-a counter return"),
      nftRule("ip daddr . meta l4proto . th dport @SV4-P-a counter return"),
      nftRule("ip saddr . ip daddr @SV4-self return"),
      nftRule("counter drop"),
    ],
    "SV-EGRESS": [nftRule("ip saddr vmap @SV4-verdicts-egress")],
  };
  return nftRuleset({ sets, chains });
}

async function expectToHold({ another, read }: NftRig, wanted: Ruleset): Promise<void> {
  expect(await another().bring(wanted)).toMatchObject({ plans: [], commands: 0, failures: [] });
  for (const [name, { entries }] of (await read()).sets)
    expect([name, entries]).toEqual([name, wanted.IPv4.sets.get(name)?.entries]);
}

const sizeOf = async ({ read }: NftRig, name: string): Promise<number | undefined> =>
  (await read()).sets.get(name)?.room;

describeKernel("sets that were told how many they shall hold", () => {
  test.each(["a process each", "nft kept open"] as const)(
    "are made anew where they outgrow it, each in one write: %s",
    { timeout: 120_000 },
    async (way) => {
      const rig = await nftRig();
      const kernel = way === "nft kept open" ? rig.keeping() : rig.another();
      const rooms: (readonly (number | undefined)[])[] = [];
      for (const count of [5, 64, 65, 3, 200, 300, 600, 1100, 20]) {
        expect(await kernel.bring(crowd(count))).toMatchObject({ failures: [], commands: 1 });
        await expectToHold(rig, crowd(count));
        rooms.push(
          await Promise.all(
            ["SV4-G-a", "SV4-verdicts-ingress", "SV4-ports-ingress"].map((name) => sizeOf(rig, name)),
          ),
        );
      }
      expect(rooms).toEqual([
        [64, 512, 64],
        [64, 512, 64],
        [256, 512, 256],
        [256, 512, 256],
        [256, 512, 256],
        [1024, 512, 1024],
        [1024, undefined, 1024],
        [undefined, undefined, 4096],
        [undefined, undefined, 4096],
      ]);
    },
  );

  test("hold as many as they were told, whoever goes as others come", { timeout: 60_000 }, async () => {
    const rig = await nftRig();
    const kernel = rig.keeping();
    let podsFrom = 0;
    for (const from of [0, 1, 32, 64, 128, 129]) {
      expect(await kernel.bring(crowd(64, from, podsFrom))).toMatchObject({ failures: [], commands: 1 });
      podsFrom = from;
      // A pod that goes is closed first, where another comes.
      const commands = from === 0 ? 0 : 2;
      expect(await kernel.bring(crowd(64, from))).toMatchObject({ failures: [], commands });
      await expectToHold(rig, crowd(64, from));
    }
  });

  test("that somebody filled up are refused once, read, and then right", { timeout: 60_000 }, async () => {
    const rig = await nftRig();
    const kernel = rig.keeping();
    await kernel.bring(crowd(5));
    const theirs = PODS.slice(1000, 1059).join(", ");
    await rig.netns.sh(`nft add element ip ${NFT_TABLE} SV4-G-a '{ ${theirs} }'`);
    const { failures, sessionTrouble } = await kernel.bring(crowd(10));
    // By nft kept open it is trouble, and written once more by processes, after a reading.
    expect(sessionTrouble).toContain("Too many open files");
    expect(failures).toEqual([]);
    await expectToHold(rig, crowd(10));
  });
});
