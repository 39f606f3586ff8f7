import { describe, expect, onTestFinished, test } from "vitest";
import { type Exec, type ExecRequest, processExec } from "../../../src/kernel/exec.ts";
import { findSelfTraffic } from "../../../src/kernel/self-traffic.ts";
import { ownNetns } from "../own-netns.ts";
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

  // What this kernel lacks of what iptables knows; most have xt_bpf.
  test.each(["nft", "legacy"] as const)(
    "where no namespace is to be had, the kernel is asked, and nothing is written (iptables-%s)",
    async (variant) => {
      const netns = await ownNetns();
      onTestFinished(() => netns.remove());
      const confined =
        (match: string): Exec =>
        ({ command, args }) =>
          command === "unshare"
            ? Promise.resolve({ code: 1, stdout: "", stderr: "unshare failed: Operation not permitted" })
            : netns.exec({
                command,
                args: args.map((each) => each.replace(/-m bpf --bytecode "[^"]*"/, match)),
              });
      const known = await findSelfTraffic(confined('-m bpf --bytecode "1,6 0 0 0"'), variant);
      expect(known).toBe("bpf");
      const { stderr } = await netns.exec({
        command: `iptables-${variant}`,
        args: ["-t", "mangle", "-C", "FORWARD", "-m", "ipvs", "--ipvs", "-j", "RETURN"],
      });
      if (stderr.includes("missing kernel module"))
        expect(await findSelfTraffic(confined("-m ipvs --ipvs"), variant)).toBe("listed");
      expect(await netns.sh(`iptables-${variant}-save | grep -c ^-A || true`)).toBe("0\n");
    },
  );
});
