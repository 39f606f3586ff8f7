import { describe, expect, onTestFinished, test } from "vitest";
import { type Exec, type ExecRequest, processExec } from "../../../src/kernel/exec.ts";
import { possibleDenial } from "../../../src/kernel/possible-denial.ts";
import { ownNetns } from "../own-netns.ts";
import { describeKernel } from "../support.ts";

const asks =
  (word: string) =>
  ({ args }: ExecRequest): boolean =>
    args.some((each) => each.includes(word));

/** A machine on which these shell lines fail. */
const refusing =
  (isRefused: (request: ExecRequest) => boolean): Exec =>
  (request) =>
    Promise.resolve({ code: isRefused(request) ? 2 : 0, stdout: "", stderr: "" });

describe("what is denied", () => {
  test("is dropped where that is asked for, and nothing is tried", async () => {
    const never: Exec = () => Promise.reject(new Error("tried"));
    expect(await possibleDenial(never, "nft", "drop")).toBe("drop");
  });

  test("is refused where that is asked for, and where nothing can be tried", async () => {
    for (const isRefused of [false, true])
      expect(
        await possibleDenial(
          refusing(() => isRefused),
          "nft",
          "reject",
        ),
      ).toBe("reject");
  });

  test.each(["-j TTL", "tcp-reset", "icmp-port-unreachable"])(
    "is dropped where the kernel does not take %s, and else takes rules",
    async (word) => {
      expect(await possibleDenial(refusing(asks(word)), "legacy", "reject")).toBe("drop");
    },
  );
});

describeKernel("in a real kernel", () => {
  test.each(["nft", "legacy"] as const)("it is found out (iptables-%s)", async (variant) => {
    expect(await possibleDenial(processExec, variant, "reject")).toBe("reject");
    const without: Exec = (request) =>
      processExec({ ...request, args: request.args.map((each) => each.replace("-j REJECT", "-j NONE")) });
    expect(await possibleDenial(without, variant, "reject")).toBe("drop");
  });

  test.each(["nft", "legacy"] as const)(
    "where no namespace is to be had nothing is written (iptables-%s)",
    async (variant) => {
      const netns = await ownNetns();
      onTestFinished(() => netns.remove());
      const confined: Exec = (request) =>
        request.command === "unshare"
          ? Promise.resolve({ code: 1, stdout: "", stderr: "unshare failed: Operation not permitted" })
          : netns.exec(request);
      expect(await possibleDenial(confined, variant, "reject")).toBe("reject");
      expect(await netns.sh(`iptables-${variant}-save | grep -c ^-A || true`)).toBe("0\n");
    },
  );
});
