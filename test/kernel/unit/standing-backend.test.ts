import { expect, test } from "vitest";
import { standingBackend } from "../../../src/kernel/standing-backend.ts";
import { enforce, enforceNftables } from "../enforced.ts";
import { hint, nodeWith } from "../hinted-node.ts";
import { describeKernel } from "../support.ts";

describeKernel("what is read where nobody says which", () => {
  test("are our tables of nftables where they stand, else the iptables that is used", async () => {
    const netns = await nodeWith(hint("legacy"));
    const found = () => standingBackend(netns.exec, "auto");
    await enforce(netns, "legacy");
    await netns.sh("nft add table inet selvedge; nft add table ip selvedge-too");
    expect(await found()).toEqual({ backend: "legacy", others: [] });
    await enforceNftables(netns);
    expect(await found()).toEqual({ backend: "nftables", others: ["legacy"] });
    expect(await standingBackend(netns.exec, "nft")).toEqual({ backend: "nft", others: [] });
    await netns.sh("nft delete table ip selvedge");
    expect(await found()).toEqual({ backend: "nftables", others: ["legacy"] });
  });

  test.each([
    ["legacy", "nft"],
    ["nft", "legacy"],
  ] as const)("are ours in iptables-%s though everybody else is in iptables-%s", async (ours, theirs) => {
    const netns = await nodeWith(hint(theirs));
    await enforce(netns, ours);
    expect(await standingBackend(netns.exec, "auto")).toEqual({ backend: ours, others: [] });
    const { stdout, stderr } = netns.selvedge("counters");
    expect(stdout).toContain("shop/every-kind  ingress[0] ");
    expect(stderr).toBe("");
  });

  test("are in the iptables that is used where ours stands in both, and the other is told", async () => {
    const netns = await nodeWith(hint("legacy"));
    await enforce(netns, "legacy");
    await enforce(netns, "nft");
    expect(await standingBackend(netns.exec, "auto")).toEqual({ backend: "legacy", others: ["nft"] });
    expect(netns.selvedge("counters").stderr).toBe(
      "selvedge: these are of iptables-legacy; rules of Selvedge stand in iptables-nft, too: --backend nft\n",
    );
    expect(netns.selvedge("counters", "--backend", "nft").stderr).toBe("");
  });

  test("is said to be nowhere where nothing of ours stands", async () => {
    const netns = await nodeWith(hint("legacy"));
    expect(await standingBackend(netns.exec, "auto")).toEqual({ backend: "nftables", others: [] });
    const { status, stderr } = netns.selvedge("counters");
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: "selvedge: no rules of Selvedge stand in nftables\n",
    });
  });
});
