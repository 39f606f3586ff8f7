/** Runs in a pod: sends a numbered datagram each millisecond, and tells when. Arguments: address, port. */
import { createSocket } from "node:dgram";
import { type SentAnswer, type SentQuestion, machineNow } from "./protocol.ts";

const [address, port] = process.argv.slice(2);
const socket = createSocket("udp4");
/** Place 0 is nobody's: numbers count from 1. */
const times: number[] = [0];

socket.on("error", () => undefined);
setInterval(() => {
  const packet = Buffer.alloc(4);
  packet.writeUInt32BE(times.length);
  times.push(machineNow());
  // Nobody answers, so conntrack takes each for the first of a flow, and each is judged.
  socket.send(packet, Number(port), address);
}, 1);

process.on("message", ({ id, sequence }: SentQuestion) => {
  const at = times[sequence];
  const answer: SentAnswer = { id, last: times.length - 1, ...(at === undefined ? {} : { at }) };
  process.send?.(answer);
});
process.on("disconnect", () => process.exit());
