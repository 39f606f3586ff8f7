import { createSocket, type Socket } from "node:dgram";

import { attempt, endOfError } from "./attempt.ts";
import type { Outcome, ProbeTarget } from "./protocol.ts";
import { Waiters, type Opened } from "./stream.ts";

const FIRST_RETRANSMISSION_MS = 100;

/** Asks for the name, and again after 100, 300, 700 ms and so on, until it comes or the deadline passes. */
export async function probeUdp(target: ProbeTarget): Promise<Outcome> {
  const { outcome, stream } = await openUdp(target);
  stream?.close();
  return outcome;
}

/** As a probe, and keeps the socket: the same five-tuple, so the same connection to conntrack. */
export async function openUdp(target: ProbeTarget): Promise<Opened> {
  const socket = createSocket(target.address.includes(":") ? "udp6" : "udp4");
  const waiters = new Waiters();
  socket.on("message", (message) => {
    const [name = "", word = ""] = message.toString().split(" ");
    waiters.heard(word, name);
  });
  socket.on("error", (error) => waiters.end(endOfError(error)));
  const beat = (deadlineMs: number): Promise<Outcome> => ask(socket, waiters, deadlineMs);
  try {
    await connected(socket, target);
  } catch (error) {
    socket.close();
    return { outcome: { ...endOfError(error as NodeJS.ErrnoException), ms: 0 } };
  }
  const outcome = await beat(target.deadlineMs);
  if (outcome.kind === "answered") return { outcome, stream: { beat, close: () => socket.close() } };
  socket.close();
  return { outcome };
}

function ask(socket: Socket, waiters: Waiters, deadlineMs: number): Promise<Outcome> {
  const word = waiters.word();
  return attempt(deadlineMs, (finish) => {
    let timer: NodeJS.Timeout | undefined;
    const send = (pauseMs: number): void => {
      socket.send(word, (error) => {
        if (error) finish(endOfError(error));
      });
      timer = setTimeout(send, pauseMs, pauseMs * 2);
    };
    const forget = waiters.expect(word, finish);
    send(FIRST_RETRANSMISSION_MS);
    return () => {
      forget();
      clearTimeout(timer);
    };
  });
}

/** A connected socket hears port-unreachable as an error, and nobody but its peer. */
async function connected(socket: Socket, { address, port, source }: ProbeTarget): Promise<void> {
  if (source !== undefined)
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind({ address: source }, resolve);
    });
  await new Promise<void>((resolve, reject) => {
    socket.connect(port, address, (error?: Error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
