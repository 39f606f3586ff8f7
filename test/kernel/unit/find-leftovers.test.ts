import { expect, onTestFinished, test } from "vitest";
import { findLeftovers } from "../../../src/daemon/find-leftovers.ts";
import { enforce, enforceNftables } from "../enforced.ts";
import { ownNetns } from "../own-netns.ts";
import { describeKernel } from "../support.ts";

describeKernel("what an enforcer with another backend left", () => {
  test("is found wherever it stands, and what is one's own is not", async () => {
    const netns = await ownNetns();
    onTestFinished(() => netns.remove());
    const found = () =>
      Promise.all((["nft", "legacy", "nftables"] as const).map((own) => findLeftovers(netns.exec, own)));
    await netns.sh("iptables-nft -t mangle -N THEIRS; nft add table inet selvedge");
    expect(await found()).toEqual([[], [], []]);
    await enforceNftables(netns);
    expect(await found()).toEqual([["nftables"], ["nftables"], []]);
    await enforce(netns, "legacy");
    expect(await found()).toEqual([["iptables-legacy", "nftables"], ["nftables"], ["iptables-legacy"]]);
    expect(netns.selvedge("cleanup").status).toBe(0);
    expect(await found()).toEqual([[], [], []]);
  });
});
