import { expect, test } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import type { Exec } from "../../../src/kernel/exec.ts";
import { nftablesBackend } from "../../../src/kernel/nftables/nftables-backend.ts";
import { isEmptyPlan, planWrites } from "../../../src/kernel/plan.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { failure } from "../../support/netfilter/memory-exec.ts";
import { describeKernel } from "../support.ts";
import { nftRule, nftRuleset, setOfType } from "../unit/nft-rulesets.ts";
import { type NftRig, isWrite, nftRig } from "./rig.ts";

/** Peers and rules of both families, which all change with the revision; and the class does, if it is not given. */
const wantedOf = (revision: number, name = `SV-C-${revision}`): Ruleset => {
  const of = (family: 4 | 6, address: (i: number) => string) => ({
    sets: {
      [`SV${family}-G-a`]: setOfType("hash:ip", address(revision), address(revision + 1)),
      [`SV${family}-verdicts-ingress`]: setOfType("verdicts", `${address(0)} : goto ${name}`),
    },
    chains: {
      FORWARD: [nftRule(`${family === 4 ? "ip" : "ip6"} daddr vmap @SV${family}-verdicts-ingress`)],
      [name]: [
        nftRule(`${family === 4 ? "ip" : "ip6"} saddr @SV${family}-G-a counter return`),
        nftRule("counter drop", `${revision}`),
      ],
    },
  });
  return nftRuleset(
    of(4, (i) => `10.0.0.${i}`),
    of(6, (i) => `fd00::${(i + 1).toString(16)}`),
  );
};

/** Whether both families hold this, and nothing else of ours. */
const holds = async ({ read }: NftRig, wanted: Ruleset): Promise<boolean> =>
  isEmptyPlan(planWrites(await read(), wanted));

/** A kernel whose programs are disturbed as long as there is a disturbance. */
function disturbed(rig: NftRig) {
  let disturb: Exec | undefined;
  const exec: Exec = (request) => (disturb ?? rig.exec)(request);
  return {
    kernel: new NodeKernel(nftablesBackend(exec)),
    by: (next: Exec | undefined) => {
      disturb = next;
    },
  };
}

describeKernel("what cannot be written to nftables", () => {
  test("is one family: the other goes on, and that one stays as it was, rules and sets", async () => {
    const rig = await nftRig();
    const { kernel, by } = disturbed(rig);
    await kernel.bring(wantedOf(1));
    by((request) =>
      // Something that the kernel refuses, last of all.
      rig.exec({
        ...request,
        ...(request.input?.includes("ip6 selvedge") && {
          input: request.input.replace("# whole", "delete chain ip6 selvedge SV-nobody\n# whole"),
        }),
      }),
    );
    const { commands, failures } = await kernel.bring(wantedOf(2));
    expect(failures).toEqual([
      { step: "write IPv6 rules", message: expect.stringContaining("No such file or directory") },
    ]);
    // The class: together, and each family by itself; then the way to it, in one.
    expect(commands).toBe(4);
    expect(await holds(rig, { IPv4: wantedOf(2).IPv4, IPv6: wantedOf(1).IPv6 })).toBe(true);
    by(undefined);
    expect(await kernel.bring(wantedOf(2))).toMatchObject({ commands: 2, failures: [] });
    expect(await holds(rig, wantedOf(2))).toBe(true);
  });

  test("is nothing at all, where it cannot be read: what stands stays in force, until nft is there again", async () => {
    const rig = await nftRig();
    const { kernel, by } = disturbed(rig);
    await kernel.bring(wantedOf(1));
    by(() => Promise.resolve(failure("nft: spawn nft ENOENT", 127)));
    kernel.recall();
    const outcome = await kernel.bring(wantedOf(2));
    expect(outcome).toMatchObject({ plans: [], commands: 0 });
    expect(outcome.failures).toEqual([
      { step: "read the kernel", message: expect.stringContaining("nft ENOENT") },
    ]);
    expect(await holds(rig, wantedOf(1))).toBe(true);
    by(undefined);
    expect(await kernel.bring(wantedOf(2))).toMatchObject({ failures: [] });
    expect(await holds(rig, wantedOf(2))).toBe(true);
  });

  test("is a family that cannot be read: nothing of it is written, and it is said", async () => {
    const rig = await nftRig();
    const { kernel, by } = disturbed(rig);
    await kernel.bring(wantedOf(1));
    by((request) =>
      request.args.includes("ip6")
        ? Promise.resolve(failure("Error: Could not process rule: Address family not supported\n"))
        : rig.exec(request),
    );
    kernel.recall();
    expect((await kernel.bring(wantedOf(2))).failures).toEqual([
      { step: "read IPv6 rules", message: expect.stringContaining("not supported") },
    ]);
    expect(await holds(rig, { IPv4: wantedOf(2).IPv4, IPv6: wantedOf(1).IPv6 })).toBe(true);
  });

  test.each([
    ["with a new class", wantedOf(2)],
    ["of the same", wantedOf(2, "SV-C-1")],
  ])("is half of what was meant, wherever it is cut: then nothing is (%s)", async (_, wanted) => {
    const rig = await nftRig();
    const { kernel, by } = disturbed(rig);
    await kernel.bring(wantedOf(1));
    let length = 0;
    for (let tenths = 0; tenths < 10; tenths += 1) {
      by((request) => {
        if (!isWrite(request)) return rig.exec(request);
        length = request.input?.length ?? 0;
        return rig.exec({
          ...request,
          input: request.input?.slice(0, Math.floor((tenths * length) / 10)) ?? "",
        });
      });
      const { failures } = await kernel.bring(wanted);
      expect(failures.map(({ step }) => step)).toEqual(["write IPv4 rules", "write IPv6 rules"]);
      expect(await holds(rig, wantedOf(1))).toBe(true);
    }
    expect(length).toBeGreaterThan(200);
  });

  test("is found out when what is kept open is killed: all is read, and written without it", async () => {
    const rig = await nftRig();
    const kernel = rig.keeping();
    await kernel.bring(wantedOf(1));
    for (const revision of [2, 3, 4]) {
      await rig.killAll();
      const { failures, sessionTrouble } = await kernel.bring(wantedOf(revision));
      expect({ failures, isTold: sessionTrouble !== undefined }).toEqual({ failures: [], isTold: true });
      expect(await holds(rig, wantedOf(revision))).toBe(true);
      // It is opened again after a rest.
      await expect
        .poll(async () => {
          rig.ran.length = 0;
          await kernel.bring(wantedOf(revision + 10));
          await kernel.bring(wantedOf(revision));
          return rig.ran.filter(isWrite).length;
        })
        .toBe(0);
    }
  });
});

describeKernel("nft that words a rule otherwise than we do", () => {
  const reworded = (stdout: string): string => stdout.replaceAll("counter return", "counter packets return");

  test("is learnt from: what it says after our own write is the rule, written twice and no more", async () => {
    const rig = await nftRig();
    const { kernel, by } = disturbed(rig);
    by(async (request) => {
      const result = await rig.exec(request);
      return isWrite(request) ? result : { ...result, stdout: reworded(result.stdout) };
    });
    const look = async () => {
      kernel.recall();
      const { commands, drift, failures } = await kernel.bring(wantedOf(1));
      return { commands, drift, failures };
    };
    expect(await look()).toMatchObject({ commands: 1, failures: [] });
    expect(await look()).toEqual({ commands: 1, drift: undefined, failures: [] });
    for (let i = 0; i < 3; i += 1)
      expect(await look()).toEqual({ commands: 0, drift: undefined, failures: [] });
    // Whoever alters a rule under its own comment is found all the same.
    const { stdout } = await rig.exec({ command: "nft", args: ["-sa", "list", "table", "ip", "selvedge"] });
    const [, rule = "", handle = ""] = /\t\t(ip saddr @.*) # handle (\d+)/.exec(stdout) ?? [];
    const altered = rule.replace("return", "accept");
    await rig.netns.sh("nft -f -", `replace rule ip selvedge SV-C-1 handle ${handle} ${altered}\n`);
    expect(await look()).toMatchObject({ drift: { chains: ["IPv4 SV-C-1"], sets: [] }, commands: 1 });
    expect(await look()).toEqual({ commands: 0, drift: undefined, failures: [] });
  });
});
