import { connect, type Socket } from "node:net";

import { attempt, endOfError } from "./attempt.ts";
import type { Outcome, ProbeTarget } from "./protocol.ts";
import { Waiters, type Opened, type Stream } from "./stream.ts";

/** Connects, reads the name, and hangs up with a reset, so that nothing lingers on either side. */
export async function probeTcp(target: ProbeTarget): Promise<Outcome> {
  const { outcome, socket } = await dial(target, () => undefined);
  socket.resetAndDestroy();
  return outcome;
}

/** Connects, reads the name, and keeps the connection. */
export async function openTcp(target: ProbeTarget): Promise<Opened> {
  const waiters = new Waiters();
  let name = "";
  const { outcome, socket } = await dial(target, (line) => waiters.heard(line, name));
  if (outcome.kind !== "answered") {
    socket.resetAndDestroy();
    return { outcome };
  }
  name = outcome.by;
  socket.on("error", (error) => waiters.end(endOfError(error)));
  socket.on("close", () => waiters.end({ kind: "error", message: "closed by the other end" }));
  const stream: Stream = {
    beat: (deadlineMs) => {
      const word = waiters.word();
      return attempt(deadlineMs, (finish) => {
        const forget = waiters.expect(word, finish);
        socket.write(`${word}\n`);
        return forget;
      });
    },
    close: () => socket.resetAndDestroy(),
  };
  return { outcome, stream };
}

async function dial(
  { address, port, deadlineMs, source }: ProbeTarget,
  onLine: (line: string) => void,
): Promise<{ readonly outcome: Outcome; readonly socket: Socket }> {
  const socket = connect({
    host: address,
    port,
    noDelay: true,
    ...(source === undefined ? {} : { localAddress: source }),
  });
  socket.on("error", () => undefined);
  let prolonged = false;
  const outcome = await attempt(
    deadlineMs,
    (finish) => {
      let text = "";
      socket.on("error", (error) => finish(endOfError(error)));
      socket.once("close", () => finish({ kind: "error", message: "closed without a name" }));
      socket.on("data", (chunk: Buffer) => {
        const lines = (text + chunk.toString()).split("\n");
        text = lines.pop() ?? "";
        for (const line of lines) {
          // The first line is the name and ends the attempt; later ones are the stream's.
          finish({ kind: "answered", by: line });
          onLine(line);
        }
      });
      return () => undefined;
    },
    () => {
      if (socket.connecting) return { kind: "timeout" };
      // The handshake is done, by the two kernels: packets pass both ways, and the other agent is merely
      // slow.
      if (prolonged) return { kind: "error", message: "connected, and no name was said" };
      prolonged = true;
      return "prolong";
    },
  );
  return { outcome, socket };
}
