import { describe, expect, test } from "vitest";
import { formatAddress } from "../../../src/core/address.ts";
import {
  type TrackedFlow,
  cutFlows,
  describeFlow,
  listFlows,
  parseFlow,
} from "../../../src/kernel/conntrack.ts";
import type { Exec, ExecRequest, ExecResult } from "../../../src/kernel/exec.ts";
import { must } from "../../support/must.ts";

/** A flow in short: between whom, what, and what would delete it. */
const brief = (line: string): string | undefined => {
  const flow = parseFlow(line);
  return flow === undefined ? undefined : `${describeFlow(flow)} | ${flow.handle}`;
};

describe("a line of conntrack 1.4.7", () => {
  test.each([
    [
      "TCP",
      "tcp      6 431999 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=41000 dport=80 src=10.0.0.2 dst=10.0.0.1 sport=80 dport=41000 [ASSURED] mark=0 use=1",
      "10.0.0.1 -> 10.0.0.2 TCP/80 | -f ipv4 -p tcp -s 10.0.0.1 -d 10.0.0.2 --sport 41000 --dport 80",
    ],
    [
      "DNAT: who really answers is judged, what was asked for is deleted",
      "tcp      6 99 ESTABLISHED src=10.0.0.1 dst=10.96.0.1 sport=1000 dport=80 [UNREPLIED] src=10.0.0.5 dst=10.0.0.1 sport=8080 dport=1000 mark=0 use=1",
      "10.0.0.1 -> 10.0.0.5 TCP/8080 | -f ipv4 -p tcp -s 10.0.0.1 -d 10.96.0.1 --sport 1000 --dport 80",
    ],
    [
      "SNAT: who really asks is judged",
      "tcp      6 99 ESTABLISHED src=10.0.0.1 dst=1.1.1.1 sport=1000 dport=443 src=1.1.1.1 dst=192.168.0.9 sport=443 dport=61000 [ASSURED] mark=0 use=1",
      "10.0.0.1 -> 1.1.1.1 TCP/443 | -f ipv4 -p tcp -s 10.0.0.1 -d 1.1.1.1 --sport 1000 --dport 443",
    ],
    [
      "UDP without a state",
      "udp      17 29 src=10.0.0.1 dst=10.0.0.2 sport=5353 dport=53 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=53 dport=5353 mark=0 use=1",
      "10.0.0.1 -> 10.0.0.2 UDP/53 | -f ipv4 -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 5353 --dport 53",
    ],
    [
      "SCTP",
      "sctp     132 99 ESTABLISHED src=10.0.0.1 dst=10.0.0.2 sport=1000 dport=36412 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 sport=36412 dport=1000 mark=0 use=1",
      "10.0.0.1 -> 10.0.0.2 SCTP/36412 | -f ipv4 -p sctp -s 10.0.0.1 -d 10.0.0.2 --sport 1000 --dport 36412",
    ],
    [
      "ICMP",
      "icmp     1 99 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=7 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=7 mark=0 use=1",
      "10.0.0.1 -> 10.0.0.2 | -f ipv4 -p 1 -s 10.0.0.1 -d 10.0.0.2",
    ],
    [
      "ICMPv6",
      "icmpv6   58 29 src=fd00::1 dst=fd00::2 type=128 code=0 id=7 src=fd00::2 dst=fd00::1 type=129 code=0 id=7 mark=0 use=1",
      "fd00::1 -> fd00::2 | -f ipv6 -p 58 -s fd00::1 -d fd00::2",
    ],
    [
      "a protocol without a name",
      "unknown  50 99 src=10.0.0.1 dst=10.0.0.2 [UNREPLIED] src=10.0.0.2 dst=10.0.0.1 mark=0 use=1",
      "10.0.0.1 -> 10.0.0.2 | -f ipv4 -p 50 -s 10.0.0.1 -d 10.0.0.2",
    ],
    [
      "GRE, whose keys are no ports",
      "gre      47 179 timeout=180, stream_timeout=180 src=10.0.0.1 dst=10.0.0.2 srckey=0x0 dstkey=0x1 src=10.0.0.2 dst=10.0.0.1 srckey=0x1 dstkey=0x0 [ASSURED] mark=0 use=1",
      "10.0.0.1 -> 10.0.0.2 | -f ipv4 -p 47 -s 10.0.0.1 -d 10.0.0.2",
    ],
    [
      "TCP over IPv6, through a Service, with counters, a label and a zone",
      "tcp      6 431999 ESTABLISHED src=fd00:10:244::7 dst=fd00:10:96::a sport=41000 dport=443 packets=12 bytes=3400 src=fd00:10:244:1::3 dst=fd00:10:244::7 sport=8443 dport=41000 packets=9 bytes=8000 [ASSURED] mark=0 secctx=system_u:object_r:unlabeled_t:s0 zone=3 use=2",
      "fd00:10:244::7 -> fd00:10:244:1::3 TCP/8443 | -f ipv6 -p tcp -s fd00:10:244::7 -d fd00:10:96::a --sport 41000 --dport 443",
    ],
  ])("%s", (_, line, told) => {
    expect(brief(line)).toBe(told);
  });

  test.each([
    "",
    "conntrack v1.4.7 (conntrack-tools): 5 flow entries have been shown.",
    "tcp      6 99 CLOSE",
    "tcp      6 99 CLOSE src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2",
    "tcp      6 99 CLOSE src=nobody dst=10.0.0.2 sport=1 dport=2 src=10.0.0.2 dst=nobody sport=2 dport=1",
  ])("that tells of no two ends is none: %j", (line) => {
    expect(parseFlow(line)).toBeUndefined();
  });
});

/** An Exec that gives this answer to everything, and what it was asked. */
function answering(answer: (request: ExecRequest) => Partial<ExecResult>): {
  readonly exec: Exec;
  readonly requests: ExecRequest[];
} {
  const requests: ExecRequest[] = [];
  return {
    requests,
    exec: (request) => {
      requests.push(request);
      return Promise.resolve({ code: 0, stdout: "", stderr: "", ...answer(request) });
    },
  };
}

const udp = (from: string, to: string): string =>
  `udp 17 29 src=${from} dst=${to} sport=1 dport=2 src=${to} dst=${from} sport=2 dport=1 use=1`;

describe("the flows of a node", () => {
  test("are those of both families", async () => {
    const { exec } = answering(({ args }) => ({
      stdout: args.includes("ipv6")
        ? `${udp("fd00::1", "fd00::2")}\n`
        : `${udp("10.0.0.1", "10.0.0.2")}\nnoise\n`,
    }));
    const flows = must(await listFlows(exec));
    expect(flows.map(({ source }) => formatAddress(source))).toEqual(["10.0.0.1", "fd00::1"]);
  });

  test("are none where none stands", async () => {
    expect(await listFlows(answering(() => ({})).exec)).toEqual([]);
  });

  test.each(["ipv4", "ipv6"])("are unknown where conntrack cannot be asked for %s", async (family) => {
    const { exec } = answering(({ args }) => ({ code: args.includes(family) ? 1 : 0 }));
    expect(await listFlows(exec)).toBeUndefined();
  });
});

describe("cutting flows", () => {
  const flows: readonly TrackedFlow[] = [
    must(parseFlow(udp("10.0.0.1", "10.0.0.2"))),
    must(parseFlow(udp("fd00::1", "fd00::2"))),
  ];

  test("is one process, one line each", async () => {
    const { exec, requests } = answering(() => ({}));
    expect(await cutFlows(exec, flows)).toBeUndefined();
    expect(requests.map(({ input }) => input)).toEqual([
      "-D -f ipv4 -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 2\n" +
        "-D -f ipv6 -p udp -s fd00::1 -d fd00::2 --sport 1 --dport 2\n",
    ]);
  });

  test("says what went wrong", async () => {
    const denied = answering(() => ({ code: 1, stderr: "conntrack: Operation not permitted\n" }));
    expect(await cutFlows(denied.exec, flows)).toBe("conntrack: Operation not permitted");
    expect(await cutFlows(answering(() => ({ code: 3 })).exec, flows)).toBe("conntrack: exit 3");
  });
});
