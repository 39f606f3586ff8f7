import { expect, test } from "vitest";
import { readCounted, readCountedBeside } from "../../../src/kernel/counters/read-counted.ts";
import type { Exec, ExecRequest } from "../../../src/kernel/exec.ts";

const backends = ["nft", "legacy", "nftables"] as const;

/** What is run to read, by a node on which nothing stands. */
async function ran(read: typeof readCounted, backend: (typeof backends)[number]): Promise<ExecRequest[]> {
  const requests: ExecRequest[] = [];
  const exec: Exec = (request) => {
    requests.push(request);
    return Promise.resolve({ code: 0, stdout: "", stderr: "" });
  };
  expect(await read(exec, backend)).toEqual({ IPv4: [], IPv6: [] });
  return requests;
}

test.each(backends)(
  "beside writes the same is read, in the background and not for ever: %s",
  async (backend) => {
    const beside = await ran(readCountedBeside, backend);
    const alone = await ran(readCounted, backend);
    const words = ({ command, args }: ExecRequest): string => [command, ...args].join(" ");
    expect(beside.map(words)).toEqual(alone.map(words));
    expect(beside).toHaveLength(2);
    for (const { niceness = 0, timeoutMs = Infinity } of beside) {
      expect(niceness).toBeGreaterThan(0);
      expect(timeoutMs).toBeLessThan(60_000);
    }
  },
);
