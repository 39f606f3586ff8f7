import { type Address, formatAddress, parseAddress } from "../core/address.ts";
import type { Flow, Protocol } from "../core/traffic.ts";
import type { Exec } from "./exec.ts";

/** A connection that the kernel remembers, as policies see it: who asked, and who really answers (after DNAT). */
export interface TrackedFlow {
  readonly source: Address;
  readonly destination: Address;
  readonly flow: Flow;
  /** `conntrack -D` arguments that name exactly this entry. */
  readonly handle: string;
}

const PROTOCOLS: Readonly<Record<string, Protocol>> = { tcp: "TCP", udp: "UDP", sctp: "SCTP" };

/** `key=value` words of one line: each key appears once for the original direction and, most, once for the reply. */
function fields(line: string): Map<string, string[]> {
  const words = [...line.matchAll(/(\w+)=(\S+)/g)].map(([, key = "", value = ""]) => ({ key, value }));
  const grouped = Map.groupBy(words, ({ key }) => key);
  return new Map([...grouped].map(([key, group]) => [key, group.map(({ value }) => value)]));
}

/** Reads one line of `conntrack -L`; `undefined` for what is no entry between two addresses. */
export function parseFlow(line: string): TrackedFlow | undefined {
  const name = /^(\w+)\s/.exec(line)?.[1];
  const values = fields(line);
  const [asker = "", answerer = ""] = values.get("src") ?? [];
  const [asked = ""] = values.get("dst") ?? [];
  const source = parseAddress(asker);
  const destination = parseAddress(answerer);
  if (name === undefined || source === undefined || destination === undefined) return undefined;
  const protocol = PROTOCOLS[name];
  const [sport = "", answeringPort = ""] = values.get("sport") ?? [];
  const [dport = ""] = values.get("dport") ?? [];
  const ports = protocol === undefined ? "" : ` --sport ${sport} --dport ${dport}`;
  const number = /^\w+\s+(\d+)/.exec(line)?.[1] ?? name;
  return {
    source,
    destination,
    flow: protocol === undefined ? { protocol: "other" } : { protocol, port: Number(answeringPort) },
    handle: `-f ${source.family.toLowerCase()} -p ${protocol === undefined ? number : name} -s ${asker} -d ${asked}${ports}`,
  };
}

/** All flows of both families; `undefined` where conntrack cannot be asked. */
export async function listFlows(exec: Exec): Promise<TrackedFlow[] | undefined> {
  const answers = await Promise.all(
    ["ipv4", "ipv6"].map((family) => exec({ command: "conntrack", args: ["-L", "-f", family] })),
  );
  if (answers.some(({ code }) => code !== 0)) return undefined;
  return answers.flatMap(({ stdout }) => stdout.split("\n").flatMap((line) => parseFlow(line) ?? []));
}

/**
 * Makes the kernel forget flows: their next packets are judged as new. A flow that is gone already is no error.
 * Returns what went wrong, if anything: then some of them live on until they end by themselves.
 */
export async function cutFlows(exec: Exec, flows: readonly TrackedFlow[]): Promise<string | undefined> {
  const input = flows.map(({ handle }) => `-D ${handle}\n`).join("");
  // conntrack opens /dev/stdin by name, which works for a pipe and fails for the socket that Node makes of one.
  const { code, stderr } = await exec({
    command: "sh",
    args: ["-c", "cat | conntrack --load-file -"],
    input,
  });
  return code === 0 ? undefined : stderr.trim() || `conntrack: exit ${code}`;
}

export const describeFlow = ({ source, destination, flow }: TrackedFlow): string =>
  `${formatAddress(source)} -> ${formatAddress(destination)} ${flow.protocol === "other" ? "" : `${flow.protocol}/${flow.port}`}`.trim();
