/* Left out of what fails with iptables: a set of nftables is never full, and there is no lock that another could hold. */
import { expect, onTestFinished, test } from "vitest";
import { pod, policy } from "../../daemon/fixture.ts";
import { describeKernel } from "../support.ts";
import { type FailureRig, READ_ONLY_PROC, failureRig } from "./rig.ts";
import { PATIENCE, isSaid, ready, seedShop } from "./shop.ts";

type Family = "IPv4" | "IPv6";

const tables: Readonly<Record<Family, string>> = { IPv4: "ip selvedge", IPv6: "ip6 selvedge" };

const standing = ({ netns }: FailureRig, family: Family): Promise<string> =>
  netns.sh(`nft -s list table ${tables[family]} 2>/dev/null || true`);

/** A pod of the node that comes now is judged in its family. */
async function goesOn(rig: FailureRig, family: Family): Promise<void> {
  const address = family === "IPv4" ? "10.244.1.9" : "fd00:244:1::9";
  rig.api.seed(pod("late", address));
  await expect.poll(() => standing(rig, family), PATIENCE).toContain(`${address} : goto SV-C-`);
}

/** Has nft read what sed makes of its input, from a file as from a pipe, line by line. */
const reading = (script: string): string => `sed -u '${script}' | "$real" "$@"`;

const families = [
  ["IPv4", "IPv6"],
  ["IPv6", "IPv4"],
] as const;

describeKernel("what fails is said, the rest goes on, and it recovers by itself (nftables)", () => {
  test("no nft", async () => {
    const rig = await failureRig("nftables");
    seedShop(rig);
    await ready(rig);
    const stood = await standing(rig, "IPv4");
    await rig.replace("nft", undefined);
    await isSaid(rig, "read the kernel", /nft: exit 127: .*nft.*No such file/);
    expect(await standing(rig, "IPv4")).toBe(stood);
    rig.api.seed(pod("late", "10.244.1.9"));
    await rig.mend("nft");
    await ready(rig);
    expect(await standing(rig, "IPv4")).toContain("10.244.1.9 : goto SV-C-");
  });

  test.each(families)("no tables of %s", async (family, other) => {
    const refused = tables[family].split(" ")[0] ?? "";
    const refusing = `for word; do if [ "$word" = ${refused} ]; then echo "Error: Could not process rule: Operation not supported" >&2; exit 1; fi; done
       "$real" "$@"`;
    const rig = await failureRig("nftables", { replaced: { nft: refusing } });
    seedShop(rig);
    await isSaid(rig, `read ${family} rules`, /Operation not supported/);
    await goesOn(rig, other);
    expect(await standing(rig, family)).toBe("");
    await rig.mend("nft");
    await ready(rig);
    expect(await standing(rig, family)).toContain("SV-INGRESS");
  });

  test.each(families)("an expression that the kernel lacks for %s", async (family, other) => {
    // As if it knew no connections: this kernel has no queues of packets for programs.
    const [add, judged] = [`add rule ${tables[family]} `, "ct state ! established,related goto "];
    const unknown = reading(`s/\\(${add}[A-Z]* \\)${judged}[A-Z-]*/\\1queue num 1/g`);
    const rig = await failureRig("nftables", { replaced: { nft: unknown } });
    seedShop(rig);
    await isSaid(rig, `write ${family} rules`, /Could not process rule: No such file or directory/);
    await goesOn(rig, other);
    expect(await standing(rig, family)).toBe("");
    await rig.mend("nft");
    await ready(rig);
    expect(await standing(rig, family)).toContain(judged);
  });

  test("a set that cannot be made: what stood stays in force, whole", async () => {
    const unknown = reading("s/\\(SV4-N-[a-z2-7]* {\\) typeof ip saddr;/\\1 type nosuch;/g");
    const rig = await failureRig("nftables", { replaced: { nft: unknown } });
    seedShop(rig);
    await ready(rig);
    const stood = await standing(rig, "IPv4");
    const from = [{ ipBlock: { cidr: "192.0.2.0/24" } }, { ipBlock: { cidr: "2001:db8::/64" } }];
    rig.api.seed(policy("blocks", { podSelector: {}, ingress: [{ from }] }));
    await isSaid(rig, "write IPv4 rules", /nosuch/);
    await goesOn(rig, "IPv6");
    expect(await standing(rig, "IPv6")).toContain("2001:db8::/64");
    expect(await standing(rig, "IPv4")).toBe(stood);
    await rig.mend("nft");
    await ready(rig);
    expect(await standing(rig, "IPv4")).toContain("192.0.2.0/24");
  });

  test("/proc that is read-only is no failure", async () => {
    const rig = await failureRig("nftables", { within: READ_ONLY_PROC });
    seedShop(rig);
    await ready(rig);
    await goesOn(rig, "IPv4");
  });

  test("others who write all the time are no failure", async () => {
    const rig = await failureRig("nftables");
    const writes = `nft add table ip theirs; echo begun
      while :; do nft 'add chain ip theirs c; add rule ip theirs c accept; flush chain ip theirs c'; done`;
    const others = await Promise.all([1, 2].map(() => rig.netns.start("sh", "-c", writes)));
    onTestFinished(() => others.forEach((other) => void other.kill()));
    seedShop(rig);
    await ready(rig);
    for (let i = 20; i < 26; i += 1) {
      rig.api.seed(pod(`late${i}`, `10.244.1.${i}`));
      await expect.poll(() => standing(rig, "IPv4"), PATIENCE).toContain(`10.244.1.${i} : goto SV-C-`);
    }
    expect(rig.errors()).toBe("");
  });
});
