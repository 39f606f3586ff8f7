import { describe, expect, test } from "vitest";
import { type Exec, type ExecRequest, processExec } from "../../../src/kernel/exec.ts";
import { findSelfTraffic } from "../../../src/kernel/self-traffic.ts";
import { describeKernel } from "../support.ts";

/** A machine on which these shell lines fail. */
const refusing =
  (isRefused: (request: ExecRequest) => boolean): Exec =>
  (request) =>
    Promise.resolve({ code: isRefused(request) ? 2 : 0, stdout: "", stderr: "" });

const mentions =
  (word: string) =>
  ({ args }: ExecRequest): boolean =>
    args.some((each) => each.includes(word));

describe("a packet of a pod to itself is told", () => {
  test("by bpf, where the kernel takes it, and where nothing can be tried", async () => {
    expect(
      await findSelfTraffic(
        refusing(() => false),
        "nft",
      ),
    ).toBe("bpf");
    expect(
      await findSelfTraffic(
        refusing(() => true),
        "nft",
      ),
    ).toBe("bpf");
  });

  test("by a rule for each pod, where the kernel refuses bpf and nothing else", async () => {
    expect(await findSelfTraffic(refusing(mentions("bpf")), "legacy")).toBe("listed");
  });
});

describeKernel("in a real kernel", () => {
  test.each(["nft", "legacy"] as const)("the trial works (iptables-%s)", async (variant) => {
    expect(await findSelfTraffic(processExec, variant)).toBe("bpf");
    const without: Exec = (request) =>
      processExec({
        ...request,
        args: request.args.map((each) => each.replace("-m bpf", "-m no-such-match")),
      });
    expect(await findSelfTraffic(without, variant)).toBe("listed");
  });
});
