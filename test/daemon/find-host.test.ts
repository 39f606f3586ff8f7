import { pino } from "pino";
import { expect, test } from "vitest";
import { findHost } from "../../src/daemon/find-host.ts";
import type { Exec } from "../../src/kernel/exec.ts";
import type { Backend } from "../../src/kernel/variant.ts";
import type { Host } from "../../src/render/host.ts";

/** A machine on which what mentions these words fails; what is found out of it, and said in the log. */
async function found(backend: Backend, asked: Host["denial"], ...refused: readonly string[]) {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const ran: string[] = [];
  const exec: Exec = ({ command, args, input = "" }) => {
    ran.push(command);
    const isRefused = refused.some((word) => [command, ...args, input].some((each) => each.includes(word)));
    return Promise.resolve({
      code: isRefused ? 1 : 0,
      stdout: "",
      stderr: isRefused ? "Error: no\nadd rule" : "",
    });
  };
  const host = await findHost(exec, backend, asked, log);
  return { host, ran: new Set(ran), said: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test("nftables that the kernel takes: nothing is said, and no iptables is asked", async () => {
  const { host, ran, said } = await found("nftables", "reject");
  expect(host).toEqual({ selfTraffic: "bpf", denial: "reject" });
  expect(ran).toEqual(new Set(["nft"]));
  expect(said).toEqual([]);
});

test("a kernel that cannot refuse with nftables drops, and it is said", async () => {
  const { host, said } = await found("nftables", "reject", "reject with");
  expect(host.denial).toBe("drop");
  expect(said).toEqual([expect.objectContaining({ level: 40, msg: expect.stringContaining("nft_reject") })]);
  expect((await found("nftables", "drop", "reject with")).said).toEqual([]);
});

test("what the kernel lacks of nftables is said by name", async () => {
  const { said } = await found("nftables", "drop", "fib saddr");
  expect(said).toEqual([
    expect.objectContaining({
      level: 50,
      missing: ["fib (nft_fib_ipv4): Error: no", "fib of IPv6 (nft_fib_ipv6): Error: no"],
    }),
  ]);
});

test("where no nft runs, that is what is said, and what is asked for stays so", async () => {
  const { host, said } = await found("nftables", "reject", "nft");
  expect(host.denial).toBe("reject");
  expect(said).toEqual([
    expect.objectContaining({
      level: 50,
      why: "Error: no",
      msg: expect.stringMatching(/^nft can write nothing: what stands stays/),
    }),
  ]);
});

test("of an iptables it is found out as ever", async () => {
  expect(await found("legacy", "reject", "-m bpf")).toMatchObject({
    host: { selfTraffic: "listed", denial: "reject" },
    said: [{ msg: expect.stringContaining("xt_bpf") }],
  });
});
