/* What stands in our tables of nftables goes; what anybody else has there, and in iptables, stays. */
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { cleanup } from "../../../src/kernel/cleanup/cleanup.ts";
import type { CleanupReport } from "../../../src/kernel/cleanup/report.ts";
import { nftablesCommands } from "../../../src/lab/kube-proxy/nftables/commands.ts";
import { root } from "../../cli/selvedge.ts";
import { without } from "../doctor/patient.ts";
import { enforce, enforceNftables, everyKindNftables } from "../enforced.ts";
import { type OwnNetns, ownNetns } from "../own-netns.ts";
import { describeKernel } from "../support.ts";
import { everything, moveIn, service } from "./neighbours.ts";

const NODE = { node: "node1", nodeAddresses: { v4: "192.168.0.2", v6: "2001:db8::1" } } as const;

/** Somebody's tables that look like ours, and are not. */
const ODD = `
table inet selvedge { chain FORWARD { type filter hook forward priority mangle; policy accept; counter drop comment "theirs #aaaaaaaaaa"; }; }
table ip selvedge-too { set SV4-G-x { type ipv4_addr; elements = { 10.9.9.9 }; }; chain SV-INGRESS { counter; }; }
`;

/** kube-proxy in mode nftables, and tables that look like ours. */
async function others(netns: OwnNetns): Promise<void> {
  for (const family of ["v4", "v6"] as const)
    await netns.sh("nft -f -", nftablesCommands({ services: [service], ...NODE, family }));
  await netns.sh("nft -f -", ODD);
}

/** All tables of nftables, with the handles by which things would be known to be other things. */
const tables = (netns: OwnNetns): Promise<string> => netns.sh("nft -a list ruleset");

describeKernel("selvedge cleanup, of nftables,", () => {
  let netns: OwnNetns;
  beforeEach(async () => {
    netns = await ownNetns();
  });
  afterEach(() => netns.remove());

  it("removes exactly ours: what others have is the same to the byte", async () => {
    await moveIn(netns, "nft");
    await moveIn(netns, "legacy");
    await others(netns);
    await netns.sh("ping -c 2 -i 0.2 -q 127.0.0.1");
    const before = [await tables(netns), await everything(netns)];
    await enforceNftables(netns);
    expect(await tables(netns)).not.toBe(before[0]);

    const { removed, left } = await cleanup(netns.exec);
    expect(left).toEqual([]);
    expect([await tables(netns), await everything(netns)]).toEqual(before);
    const { IPv4, IPv6 } = everyKindNftables;
    expect(removed.map(({ kind }) => kind).toSorted()).toEqual([
      ...Array<string>(IPv4.chains.size + IPv6.chains.size).fill("chain"),
      ...Array<string>(IPv4.sets.size + IPv6.sets.size).fill("set"),
      "table",
      "table",
    ]);

    expect(await cleanup(netns.exec)).toEqual({ removed: [], left: [] });
    expect([await tables(netns), await everything(netns)]).toEqual(before);
  });

  it("shows in a dry run what it then removes, with what others had put there, and writes nothing", async () => {
    await enforceNftables(netns);
    await netns.sh("nft insert rule ip6 selvedge SV-EGRESS meta l4proto tcp accept");
    const before = await tables(netns);
    const planned = netns.selvedge("cleanup", "--dry-run", "-o", "json");
    expect(planned.status).toBe(0);
    expect(await tables(netns)).toBe(before);
    expect(netns.selvedge("cleanup", "--dry-run").stdout).toMatch(
      /^would remove nftables, IPv4: table selvedge, \d+ chains with \d+ rules, \d+ sets\nwould remove nftables, IPv6: .*\n {2}among them one that others had put there: add rule ip6 selvedge SV-EGRESS meta l4proto tcp accept\n$/,
    );
    const done = netns.selvedge("cleanup", "-o", "json");
    const removedBy = (stdout: string) => (JSON.parse(stdout) as CleanupReport).removed;
    expect(removedBy(planned.stdout)).toEqual(removedBy(done.stdout));
    expect(await tables(netns)).toBe("");
  });

  it.each([
    ["nothing", "", /^removed nftables, IPv6: table selvedge\n$/],
    [
      "a set alone",
      "{ set SV6-G-a { type ipv6_addr; }; }",
      /^removed nftables, IPv6: table selvedge, 1 set\n$/,
    ],
    ["what others made", "{ counter theirs { }; }", /^removed nftables, IPv6: table selvedge\n$/],
  ])("removes a table that holds %s, and says so", async (_, content, text) => {
    await netns.sh(`nft 'add table ip6 selvedge ${content}'`);
    expect(netns.selvedge("cleanup", "--dry-run").stdout).toMatch(/^would remove nftables, IPv6: table/);
    expect(netns.selvedge("cleanup")).toMatchObject({ status: 0, stdout: expect.stringMatching(text) });
    expect(await tables(netns)).toBe("");
  });

  it("misses neither iptables nor ipset where nftables alone was used", async () => {
    await enforceNftables(netns);
    const program = join(root, "bin/selvedge");
    const script = `${without("ipset", "iptables-nft-save", "ip6tables-nft-save", "iptables-legacy-save", "ip6tables-legacy-save")}
      ${program} cleanup --dry-run; ${program} cleanup; ${program} cleanup`;
    const { code, stdout } = await netns.exec({ command: "sh", args: ["-ec", script] });
    expect(stdout).toMatch(
      /^would remove nftables, IPv4: .*\nwould .*\nremoved nftables, IPv4: .*\nremoved .*\nnothing of Selvedge's is here\n$/,
    );
    expect(code).toBe(0);
  });

  it("clears nftables and both iptables where all three hold something of ours", async () => {
    await enforce(netns, "legacy");
    await enforce(netns, "nft");
    await enforceNftables(netns);
    const { status, stdout } = netns.selvedge("cleanup");
    expect(stdout).toMatch(
      /^removed iptables-nft, IPv4: 2 hooks[^]*removed nftables, IPv6: .* sets\nremoved \d+ sets\n$/,
    );
    expect(status).toBe(0);
    expect(await everything(netns)).not.toMatch(/SV|SELVEDGE/);
    expect(await tables(netns)).not.toMatch(/SV|selvedge/);
  });

  it("removes of one backend alone what stands there, and sets with the last that names them", async () => {
    await enforce(netns, "legacy");
    await enforce(netns, "nft");
    await enforceNftables(netns);
    const shown = [
      "iptables-nft-save; ip6tables-nft-save",
      "iptables-legacy-save; ip6tables-legacy-save; ipset save",
      "nft -s list table ip selvedge; nft -s list table ip6 selvedge",
    ];
    // Without counters, and without the time of day.
    const standing = () =>
      Promise.all(
        shown.map((show) => netns.sh(`(${show}) 2>/dev/null | sed '/^#/d; s/ \\[[0-9:]*]$//' || true`)),
      );
    const [, legacy, nftables] = await standing();
    const cleaned = (backend: string) => {
      const planned = netns.selvedge("cleanup", "--dry-run", "--backend", backend);
      const { status, stdout } = netns.selvedge("cleanup", "--backend", backend);
      expect([planned.status, status]).toEqual([0, 0]);
      expect(stdout.replaceAll("removed", "would remove")).toBe(planned.stdout);
      return stdout;
    };

    expect(cleaned("nft")).toMatch(/^removed iptables-nft, IPv4: .*\nremoved iptables-nft, IPv6: .*\n$/);
    const [nft, ...others] = await standing();
    expect(nft).not.toMatch(/SV|SELVEDGE/);
    expect(others).toEqual([legacy, nftables]);

    expect(cleaned("nftables")).toMatch(/^removed nftables, IPv4: .*\nremoved nftables, IPv6: .*\n$/);
    expect(await standing()).toEqual([nft, legacy, ""]);

    expect(cleaned("legacy")).toMatch(/^removed iptables-legacy, IPv4: [^]*\nremoved \d+ sets\n$/);
    expect((await standing()).join("")).not.toMatch(/SV|SELVEDGE|selvedge/);
    expect(cleaned("nft")).toBe("nothing of Selvedge's is here\n");
  });

  it("says so where nft takes nothing away, and leaves all of it", async () => {
    await enforceNftables(netns);
    const listed = await netns.sh("nft -a list table ip selvedge");
    const { removed, left } = await cleanup((request) =>
      request.args[0] === "delete" && request.args[2] === "ip"
        ? Promise.resolve({ code: 1, stdout: "", stderr: "Error: Device or resource busy\n" })
        : netns.exec(request),
    );
    expect(left).toEqual([
      { what: "nftables, IPv4: table selvedge", why: "Error: Device or resource busy", heldBy: [] },
    ]);
    expect(new Set(removed.map((thing) => "family" in thing && thing.family))).toEqual(new Set(["IPv6"]));
    expect(await tables(netns)).toBe(listed);
  });
});
