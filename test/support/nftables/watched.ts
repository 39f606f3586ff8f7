import { families } from "../../../src/core/address.ts";
import { planNftables } from "../../../src/kernel/nftables/plan-nftables.ts";
import { nftScript } from "../../../src/kernel/nftables/script.ts";
import { SetRooms } from "../../../src/kernel/nftables/set-rooms.ts";
import type { Standing } from "../../../src/kernel/standing.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { textOfBits } from "../bits.ts";
import type { Packet } from "../netfilter/packet.ts";
import { familyOf } from "../packet-interpreter.ts";
import { InFlight } from "./in-flight.ts";
import type { MemoryNft } from "./memory-nft.ts";
import { nftWith } from "./nft-with.ts";
import { familyWord } from "./whole-script.ts";

const isForwarded = (nft: MemoryNft, packet: Packet): boolean => nft.fateOf("FORWARD", packet) === "passed";

/** What a packet met that it should not have. */
class Met extends Error {
  constructor({ source, destination, protocol, port }: Packet, what: string, scripts: readonly string[]) {
    const way = `${textOfBits(source)} -> ${textOfBits(destination)} ${protocol} ${port ?? ""} ${what}`;
    super([way, ...scripts.map((script) => `# written\n${script}`)].join("\n"));
  }
}

export interface Watched {
  readonly verdicts: number;
  /** What stood after each transaction. */
  readonly stood: readonly MemoryNft["tables"][];
}

/** Carries out what leads to `wanted`, and looks at every packet at each transaction and in the middle of it. */
export function watched(
  nft: MemoryNft,
  standing: Standing,
  wanted: Ruleset,
  packets: readonly Packet[],
): Watched {
  const end = nftWith(wanted);
  const steady = packets
    .map((packet) => ({ packet, passed: isForwarded(nft, packet) }))
    .filter(({ packet, passed }) => isForwarded(end, packet) === passed);
  const scripts: string[] = [];
  const stood: MemoryNft["tables"][] = [];
  for (const { plan, anew } of planNftables(standing, wanted, new SetRooms())) {
    const script = nftScript(plan, anew ?? new Set());
    scripts.push(script);
    const { tables } = nft;
    try {
      nft.run(script);
    } catch (error) {
      throw new Error(`${scripts.join("\n\n")}\n${String(error)}`, { cause: error });
    }
    stood.push(nft.tables);
    const flights = new Map(
      families.flatMap((family) => {
        const [old, now] = [tables.get(family), nft.tables.get(family)];
        if (old === undefined || now === undefined) return [];
        return [[family, new InFlight(old, now, script, familyWord[family])] as const];
      }),
    );
    for (const { packet, passed } of steady) {
      if (isForwarded(nft, packet) !== passed)
        throw new Met(packet, passed ? "is dropped between" : "passes between", scripts);
      const flight = flights.get(familyOf(packet));
      if (flight?.mayBe(passed ? "dropped" : "passed", "FORWARD", packet) === true)
        throw new Met(packet, passed ? "is dropped in flight" : "passes in flight", scripts);
    }
  }
  return { verdicts: steady.length * stood.length, stood };
}
