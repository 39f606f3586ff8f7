/**
 * The process in each pod's network namespace: answers on the pod's ports, and probes at command. Commands
 * and answers are JSON lines on a unix socket, which passes between network namespaces, so that an agent
 * outlives whoever asks (a kept lab) and can be asked by the next.
 *
 * Only node's own modules: it starts once per pod.
 */
import { createServer } from "node:net";
import { createInterface } from "node:readline";

import { probeIcmp } from "./icmp.ts";
import { listen } from "./listen.ts";
import type { AgentCommand, AgentConfig, AgentReply, Outcome, ProbeTarget } from "./protocol.ts";
import type { Opened, Stream } from "./stream.ts";
import { openTcp, probeTcp } from "./tcp.ts";
import { openUdp, probeUdp } from "./udp.ts";

/** The conversations of one asker, by the id of the command that opened them. */
type Streams = Map<number, Stream>;

function probe(target: ProbeTarget): Promise<Outcome> {
  switch (target.protocol) {
    case "TCP":
      return probeTcp(target);
    case "UDP":
      return probeUdp(target);
    case "ICMP":
      return probeIcmp(target);
  }
}

async function open(streams: Streams, id: number, target: ProbeTarget): Promise<Outcome> {
  const opened: Opened = target.protocol === "TCP" ? await openTcp(target) : await openUdp(target);
  if (opened.stream !== undefined) streams.set(id, opened.stream);
  return opened.outcome;
}

async function obey(streams: Streams, command: AgentCommand): Promise<Outcome> {
  switch (command.kind) {
    case "probe":
      return probe(command.target);
    case "open":
      return open(streams, command.id, command.target);
    case "beat":
      return (
        streams.get(command.stream)?.beat(command.deadlineMs) ?? {
          kind: "error",
          message: "no stream",
          ms: 0,
        }
      );
    case "close":
      streams.get(command.stream)?.close();
      streams.delete(command.stream);
      return { kind: "answered", by: "", ms: 0 };
  }
}

const config = JSON.parse(process.argv[2] ?? "") as AgentConfig;
const control = createServer((socket) => {
  const streams: Streams = new Map();
  socket.on("error", () => undefined);
  socket.on("close", () => {
    for (const stream of streams.values()) stream.close();
  });
  const lines = createInterface({ input: socket });
  lines.on("error", () => undefined);
  lines.on("line", (line) => {
    const command = JSON.parse(line) as AgentCommand;
    void obey(streams, command).then((outcome) => {
      const reply: AgentReply = { id: command.id, outcome };
      if (socket.writable) socket.write(`${JSON.stringify(reply)}\n`);
      return undefined;
    });
  });
});
await listen(config);
control.listen(config.socket, () => {
  process.stdout.write("ready\n");
});
