import { execOrThrow } from "../../../src/kernel/exec.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { bitsOf, textOfBits } from "../../support/bits.ts";
import { fateOf } from "../../support/netfilter/fate.ts";
import type { Packet } from "../../support/netfilter/packet.ts";
import { kernelWith } from "../../support/packet-interpreter.ts";
import { packetBytes } from "../oracle/packet-bytes.ts";
import type { Probe, Wire } from "../oracle/wire.ts";
import { ends } from "./updates.ts";

/** A new connection from each end to each other, in both families, by TCP and UDP. */
const packets: readonly Packet[] = ([0, 1] as const).flatMap((family) =>
  ends.flatMap((from) =>
    ends
      .filter((to) => to !== from)
      .flatMap((to): Packet[] => {
        const way = { source: bitsOf(from[family]), destination: bitsOf(to[family]), state: "NEW" } as const;
        return [
          { ...way, protocol: "tcp", port: 80, flags: ["SYN"], hasLocalSource: false },
          { ...way, protocol: "udp", port: 53, hasLocalSource: false },
        ];
      }),
  ),
);

/** What a ruleset does to each of the packets, as test/support reads it. */
const verdictsOf = (ruleset: Ruleset): boolean[] => {
  const kernel = kernelWith(ruleset);
  return packets.map((packet) => fateOf(kernel, "FORWARD", packet) === "passed");
};

const textOf = ({ source, destination, protocol, port }: Packet): string =>
  `${textOfBits(source)} -> ${textOfBits(destination)} ${protocol} ${port ?? ""}`;

/** Looks at the packets that two rulesets treat alike. */
export interface Watch {
  /** Sends them through the kernel as it now is; what is not treated as both rulesets would, in words. */
  look(): Promise<string[]>;
  readonly packets: number;
}

export function watchBetween(wire: Wire, before: Ruleset, after: Ruleset): Watch {
  const [then, now] = [verdictsOf(before), verdictsOf(after)];
  const steady = packets
    .map((packet, i) => ({ packet, isAllowed: then[i] === true, isSteady: then[i] === now[i] }))
    .filter(({ isSteady }) => isSteady);
  const probes = steady.map(({ packet }): Probe => ({
    way: "routed",
    packets: (payload, id) => [packetBytes(packet, { id, payload })],
  }));
  return {
    packets: steady.length,
    look: async () => {
      await execOrThrow(wire.exec, { command: "conntrack", args: ["-F"] });
      const arrived = await wire.send(probes);
      return steady.flatMap(({ packet, isAllowed }, i) => {
        if ((arrived[i] ?? 0) > 0 === isAllowed) return [];
        return [`${textOf(packet)} ${isAllowed ? "was dropped" : "passed"}`];
      });
    },
  };
}
