import { expect, onTestFinished, test } from "vitest";
import type { Variant } from "../../../src/kernel/variant.ts";
import { pod } from "../../daemon/fixture.ts";
import { describeKernel } from "../support.ts";
import { type FailureRig, READ_ONLY_PROC, failureRig } from "./rig.ts";
import { PATIENCE, isSaid, ready, seedShop } from "./shop.ts";

const rules = ({ netns }: FailureRig, variant: Variant, tool = "iptables"): Promise<string> =>
  netns.sh(`${tool}-${variant}-save -t mangle`);

/** A pod of the node that comes now is judged in its family. */
async function goesOn(rig: FailureRig, variant: Variant, family: "IPv4" | "IPv6"): Promise<void> {
  const isFour = family === "IPv4";
  rig.api.seed(pod("late", isFour ? "10.244.1.9" : "fd00:244:1::9"));
  await expect
    .poll(() => rules(rig, variant, isFour ? "iptables" : "ip6tables"), PATIENCE)
    .toContain(isFour ? "-d 10.244.1.9/32" : "-d fd00:244:1::9/128");
}

for (const variant of ["nft", "legacy"] as const) {
  describeKernel(
    `what fails is said, the rest goes on, and it recovers by itself (iptables-${variant})`,
    () => {
      test("a full set", async () => {
        // A set that is small is said to be as big as all: else it would be known for one that others made, and made anew.
        const small = `if [ "$1" = save ]; then "$real" save | sed 's/maxelem 2 /maxelem 1048576 /'
          else sed -u '/-G-/s/maxelem 1048576/maxelem 2/' | "$real" "$@"; fi`;
        const rig = await failureRig(variant, { replaced: { ipset: small } });
        seedShop(rig);
        await isSaid(rig, "fill sets", /^fill sets: SV4-G-[a-z2-7]+: Hash is full, cannot add more elements/);
        await goesOn(rig, variant, "IPv4");
        await goesOn(rig, variant, "IPv6");
        expect(await rules(rig, variant)).toMatch(/-A SV-C-\S+ .*--match-set SV4-G-\S+ src .*-j RETURN/);
        await fetch(`${rig.api.url}/api/v1/namespaces/default/pods/front2`, { method: "DELETE" });
        await ready(rig);
      });

      test("no ipset", async () => {
        const rig = await failureRig(variant);
        seedShop(rig);
        await ready(rig);
        const stood = await rules(rig, variant);
        await rig.replace("ipset", undefined);
        await isSaid(rig, "read the kernel", /ipset save: exit 127: .*ipset.*No such file/);
        expect((await rules(rig, variant)).replaceAll(/\[.*?\]|^#.*$/gm, "")).toBe(
          stood.replaceAll(/\[.*?\]|^#.*$/gm, ""),
        );
        rig.api.seed(pod("late", "10.244.1.9"));
        await rig.mend("ipset");
        await ready(rig);
        expect(await rules(rig, variant)).toContain("-d 10.244.1.9/32");
      });

      test.each([
        ["IPv4", "iptables", "IPv6"],
        ["IPv6", "ip6tables", "IPv4"],
      ] as const)("no iptables for %s", async (family, tool, other) => {
        const rig = await failureRig(variant);
        seedShop(rig);
        await ready(rig);
        const programs = ["save", "restore"].map((verb) => `${tool}-${variant}-${verb}`);
        for (const program of programs) await rig.replace(program, undefined);
        await isSaid(rig, `read ${family} rules`, /exit 127: .*No such file/);
        await goesOn(rig, variant, other);
        for (const program of programs) await rig.mend(program);
        await ready(rig);
      });

      test("a match that the kernel lacks", async (context) => {
        const restore = `iptables-${variant}-restore`;
        const unknown = `sed -u 's/-m conntrack --ctstate [A-Z,]*/-m ipvs --ipvs/' | "$real" "$@"`;
        const rig = await failureRig(variant, { replaced: { [restore]: unknown } });
        const ipvs = `printf '*mangle\\n:T -\\n-A T -m ipvs --ipvs\\nCOMMIT\\n' | iptables-${variant}-restore --noflush`;
        const tried = await rig.netns.exec({ command: "sh", args: ["-c", ipvs] });
        if (tried.code === 0)
          context.skip("this kernel has IPVS, whose match stands for one that is missing");
        seedShop(rig);
        await isSaid(
          rig,
          "write IPv4 rules",
          variant === "nft" ? /RULE_APPEND failed \(No such file or directory\)/ : /line \d+ failed/,
        );
        expect(rig.enforcer.notReady()).toContain("missing kernel module?");
        await goesOn(rig, variant, "IPv6");
        expect(await rules(rig, variant)).not.toContain("SELVEDGE");
        await rig.mend(restore);
        await ready(rig);
        expect(await rules(rig, variant)).toContain("SELVEDGE");
      });

      test("a set that cannot be made", async () => {
        // As where a kernel has no hash:net for a moment; named ports of others go on with hash:ip,port.
        const unknown = `sed -u '/-G-/s/hash:ip /hash:nosuch /' | "$real" "$@"`;
        const rig = await failureRig(variant, { replaced: { ipset: unknown } });
        seedShop(rig);
        await isSaid(rig, "fill sets", /^fill sets: SV4-G-[a-z2-7]+: .*hash:nosuch/);
        await goesOn(rig, variant, "IPv4");
        // Isolated all the same; only who would be let in is not yet.
        expect(await rules(rig, variant)).toMatch(/-A SV-C-\S+ .*-j DROP/);
        expect(await rules(rig, variant)).not.toContain("SV4-G-");
        await rig.mend("ipset");
        await ready(rig);
        expect(await rules(rig, variant)).toContain("SV4-G-");
      });

      test("/proc that is read-only is no failure", async () => {
        const rig = await failureRig(variant, { within: READ_ONLY_PROC });
        const [command, ...args] = READ_ONLY_PROC;
        const write = [...args, "sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward"];
        expect((await rig.netns.exec({ command, args: write })).stderr).toContain("Read-only");
        seedShop(rig);
        await ready(rig);
        await goesOn(rig, variant, "IPv4");
      });
    },
  );
}

describeKernel("another holds the xtables lock", () => {
  const held = async ({ netns, lockFile }: FailureRig): Promise<() => void> => {
    const holder = await netns.start("flock", "--no-fork", lockFile, "sh", "-c", "echo held; exec sleep 600");
    const release = (): void => void holder.kill();
    onTestFinished(release);
    return release;
  };

  test("longer than iptables-legacy waits: that is said, and the next pass waits again", async () => {
    const rig = await failureRig("legacy");
    const release = await held(rig);
    seedShop(rig);
    await isSaid(rig, "write IPv4 rules", /holding the xtables lock/);
    // Sets wait for nobody's lock.
    await expect.poll(() => rig.netns.sh("ipset list -n"), PATIENCE).toContain("SV4-G-");
    release();
    await ready(rig);
  });

  test("and iptables-nft takes no notice", async () => {
    const rig = await failureRig("nft");
    await held(rig);
    seedShop(rig);
    await ready(rig);
    expect(rig.errors()).toBe("");
  });
});
