import { expect, test } from "vitest";
import { chooseBackend } from "../../../src/kernel/choose-backend.ts";
import { type Exec, execOrThrow } from "../../../src/kernel/exec.ts";
import { enforce, enforceNftables } from "../enforced.ts";
import { hint, nodeWith } from "../hinted-node.ts";
import type { OwnNetns } from "../own-netns.ts";
import { describeKernel } from "../support.ts";

/** The same node, where nft refuses whatever says this. */
const refusing =
  ({ exec }: OwnNetns, word: string): Exec =>
  (request) =>
    request.command === "nft" && [...request.args, request.input ?? ""].some((each) => each.includes(word))
      ? Promise.resolve({ code: 1, stdout: "", stderr: "Error: Could not process rule: No such file" })
      : exec(request);

/** The same node without this program. */
const without =
  ({ exec }: OwnNetns, program: RegExp): Exec =>
  (request) =>
    program.test(request.command)
      ? Promise.resolve({ code: 127, stdout: "", stderr: "not found" })
      : exec(request);

describeKernel("where an enforcer writes when nobody says", () => {
  test("is nftables, whatever the node's other parts use", async () => {
    expect(await chooseBackend((await nodeWith()).exec)).toBe("nftables");
    expect(await chooseBackend((await nodeWith(hint("nft"))).exec)).toBe("nftables");
    expect(await chooseBackend((await nodeWith(hint("legacy"))).exec)).toBe("nftables");
  });

  test("is nftables where there is no iptables at all", async () => {
    expect(await chooseBackend(without(await nodeWith(), /^ip6?tables|^ipset/))).toBe("nftables");
  });

  test.each(["nft", "legacy"] as const)(
    "is their iptables-%s where the kernel lacks one thing that our rules of nftables are made of",
    async (variant) => {
      const node = await nodeWith(hint(variant));
      expect(await chooseBackend(refusing(node, "vmap @m"))).toBe(variant);
      expect(await chooseBackend(refusing(node, "fib saddr"))).toBe(variant);
      // Refusing is done without where it must be, and decides nothing.
      expect(await chooseBackend(refusing(node, "reject with"))).toBe("nftables");
    },
  );

  test.each(["nft", "legacy"] as const)("is their iptables-%s where there is no nft", async (variant) => {
    expect(await chooseBackend(without(await nodeWith(hint(variant)), /^nft$/))).toBe(variant);
  });

  test.each([
    ["nft", "legacy"],
    ["legacy", "nft"],
  ] as const)("is iptables-%s where ours stands there already", async (variant, others) => {
    const node = await nodeWith(hint(others));
    await enforce(node, variant);
    expect(await chooseBackend(node.exec)).toBe(variant);
    // Half of it is enough.
    await execOrThrow(node.exec, { command: `iptables-${variant}`, args: ["-t", "mangle", "-F"] });
    await execOrThrow(node.exec, { command: `iptables-${variant}`, args: ["-t", "mangle", "-X"] });
    expect(await chooseBackend(node.exec)).toBe(variant);
  });

  test("is the iptables that the others use where ours stands in both", async () => {
    const node = await nodeWith(hint("legacy"));
    await enforce(node, "nft");
    await enforce(node, "legacy");
    expect(await chooseBackend(node.exec)).toBe("legacy");
  });

  test("is nftables where ours stands there, whatever the others use", async () => {
    const node = await nodeWith(hint("legacy"));
    await enforceNftables(node);
    await enforce(node, "nft");
    expect(await chooseBackend(node.exec)).toBe("nftables");
    expect(await chooseBackend(refusing(node, "vmap @m"))).toBe("nftables");
  });

  test("is not moved by what others call as we do", async () => {
    const node = await nodeWith(
      hint("nft"),
      "iptables-nft -t filter -N SV-theirs; nft add table inet selvedge; nft add table ip selvedge-too",
    );
    expect(await chooseBackend(node.exec)).toBe("nftables");
  });
});
