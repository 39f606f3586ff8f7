import { execOrThrow } from "../../../src/kernel/exec.ts";
import { must } from "../../support/must.ts";
import type { Packet } from "../../support/netfilter/packet.ts";
import { packetBytes } from "./packet-bytes.ts";
import type { Way, Wire } from "./wire.ts";

/** A packet, and the way it comes. */
export interface Asked {
  readonly packet: Packet;
  readonly way: Way;
}

export type Answer = "allowed" | "denied";

/** What the kernel says of packets, none of which it has seen before. */
async function askAtOnce(wire: Wire, asked: readonly Asked[]): Promise<Answer[]> {
  await execOrThrow(wire.exec, { command: "conntrack", args: ["-F"] });
  const arrived = await wire.send(
    asked.map(({ packet, way }) => ({
      way,
      packets: (payload, id) => [packetBytes(packet, { id, payload })],
    })),
  );
  return arrived.map((count) => (count > 0 ? "allowed" : "denied"));
}

/** What the kernel says of each packet. */
export async function askKernel<T extends Asked>(
  wire: Wire,
  asked: readonly T[],
): Promise<readonly (readonly [T, Answer])[]> {
  // Each way round has a conntrack of its own, or what goes one way would be the reply to what went the other.
  const { forth = [], back = [] } = Object.groupBy(asked, ({ packet }) =>
    packet.source <= packet.destination ? "forth" : "back",
  );
  const answered: (readonly [T, Answer])[] = [];
  for (const some of [forth, back]) {
    const answers = await askAtOnce(wire, some);
    answered.push(...answers.map((answer, i) => [must(some[i]), answer] as const));
  }
  return answered;
}
