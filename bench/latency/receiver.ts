/** Runs in a pod: notes which numbered datagrams arrive. Argument: the port. */
import { createSocket } from "node:dgram";
import type { ReceivedAnswer, ReceivedQuestion } from "./protocol.ts";

const socket = createSocket("udp4");
let last = 0;
let resumed = 0;

socket.on("message", (packet) => {
  const sequence = packet.readUInt32BE();
  if (sequence > last + 1) resumed = sequence;
  last = sequence;
});
socket.bind(Number(process.argv[2]));

process.on("message", ({ id }: ReceivedQuestion) => {
  const answer: ReceivedAnswer = { id, last, resumed };
  process.send?.(answer);
});
process.on("disconnect", () => process.exit());
