/**
 * A pod's container that does not wait: from before its network is there it sends to some places every other millisecond, and
 * takes what comes. Its argument is a `NewbornConfig`; on standard output it says `ready`, then `heard` once it has been sent
 * something in both families, and at the end of its standard input what happened, a `NewbornReport`.
 */
import { type Socket, createSocket } from "node:dgram";
import type { NewbornConfig, NewbornReport } from "./newborn.ts";

const EVERY_MS = 2;

const { port, send } = JSON.parse(process.argv[2] ?? "") as NewbornConfig;
const firstFrom = new Map<string, number>();
const received = new Map<string, number>();
const heard = new Set<string>();
let isSaid = false;

function sayHeard(): void {
  if (!isSaid) process.stdout.write("heard\n");
  isSaid = true;
}

const open = (type: "udp4" | "udp6"): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = createSocket({ type, ipv6Only: type === "udp6" });
    socket.on("error", () => undefined);
    socket.on("message", (_, { address }) => {
      if (!firstFrom.has(address)) firstFrom.set(address, now());
      heard.add(type);
      if (heard.size === 2) sayHeard();
      received.set(address, (received.get(address) ?? 0) + 1);
    });
    socket.bind(port, () => resolve(socket));
  });

/** Milliseconds of a clock that all processes of the machine share. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

const [v4, v6] = await Promise.all([open("udp4"), open("udp6")]);
setInterval(() => {
  // While there is no network, sending fails; that is what is tried.
  for (const { address, port: to } of send)
    (address.includes(":") ? v6 : v4).send("newborn", to, address, () => undefined);
}, EVERY_MS);
process.stdin.resume().once("end", () => {
  const report: NewbornReport = {
    firstFrom: Object.fromEntries(firstFrom),
    received: Object.fromEntries(received),
  };
  process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
});
process.stdout.write("ready\n");
