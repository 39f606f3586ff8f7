import { expect, onTestFinished, test } from "vitest";
import { chooseBackend } from "../../../src/kernel/choose-backend.ts";
import { type Exec, execOrThrow } from "../../../src/kernel/exec.ts";
import { enforce, enforceNftables } from "../enforced.ts";
import { type OwnNetns, ownNetns } from "../own-netns.ts";
import { describeKernel } from "../support.ts";

const hint = (variant: "nft" | "legacy"): string => `iptables-${variant} -t mangle -N KUBE-IPTABLES-HINT`;

/** A node on which kubelet has said which iptables is used, or nothing. */
async function nodeOf(...lines: readonly string[]): Promise<OwnNetns> {
  const netns = await ownNetns();
  onTestFinished(() => netns.remove());
  for (const line of lines) await netns.sh(line);
  return netns;
}

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
  test("is nftables where nobody uses anything, or iptables-nft", async () => {
    expect(await chooseBackend((await nodeOf()).exec)).toBe("nftables");
    expect(await chooseBackend((await nodeOf(hint("nft"))).exec)).toBe("nftables");
  });

  test("is nftables where there is no iptables at all", async () => {
    expect(await chooseBackend(without(await nodeOf(), /^ip6?tables|^ipset/))).toBe("nftables");
  });

  test("is iptables-legacy where the node's other parts use it", async () => {
    const node = await nodeOf(hint("legacy"));
    expect(await chooseBackend(node.exec)).toBe("legacy");
    await enforce(node, "legacy");
    expect(await chooseBackend(node.exec)).toBe("legacy");
  });

  test("is iptables-nft where the kernel lacks one thing that our rules of nftables are made of", async () => {
    const node = await nodeOf(hint("nft"));
    expect(await chooseBackend(refusing(node, "vmap @m"))).toBe("nft");
    expect(await chooseBackend(refusing(node, "fib saddr"))).toBe("nft");
    // Refusing is done without where it must be, and decides nothing.
    expect(await chooseBackend(refusing(node, "reject with"))).toBe("nftables");
  });

  test("is iptables-nft where there is no nft", async () => {
    expect(await chooseBackend(without(await nodeOf(hint("nft")), /^nft$/))).toBe("nft");
  });

  test("is where ours stands already", async () => {
    const node = await nodeOf(hint("nft"));
    await enforce(node, "nft");
    expect(await chooseBackend(node.exec)).toBe("nft");
    // Half of it is enough.
    await execOrThrow(node.exec, { command: "iptables-nft", args: ["-t", "mangle", "-F"] });
    await execOrThrow(node.exec, { command: "iptables-nft", args: ["-t", "mangle", "-X"] });
    expect(await chooseBackend(node.exec)).toBe("nft");
  });

  test("is nftables where ours stands there, whatever the others use", async () => {
    const node = await nodeOf(hint("legacy"));
    await enforceNftables(node);
    await enforce(node, "nft");
    expect(await chooseBackend(node.exec)).toBe("nftables");
    expect(await chooseBackend(refusing(node, "vmap @m"))).toBe("nftables");
  });

  test("is not moved by what others call as we do", async () => {
    const node = await nodeOf(
      hint("nft"),
      "iptables-nft -t filter -N SV-theirs; nft add table inet selvedge; nft add table ip selvedge-too",
    );
    expect(await chooseBackend(node.exec)).toBe("nftables");
  });
});
