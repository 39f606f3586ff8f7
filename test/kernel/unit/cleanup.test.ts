/* What a cleanup does where the machine does not do what it is told; test/kernel/cleanup has real kernels. */
import { describe, expect, test } from "vitest";
import { cleanup, cleanupDryRun } from "../../../src/kernel/cleanup/cleanup.ts";
import type { CleanupReport } from "../../../src/kernel/cleanup/report.ts";
import { planTable } from "../../../src/kernel/cleanup/plan-table.ts";
import type { Exec, ExecRequest, ExecResult } from "../../../src/kernel/exec.ts";
import { parseSavedTables } from "../../../src/kernel/saved-rules.ts";
import { must } from "../../support/must.ts";
import { failure } from "../../support/netfilter/memory-exec.ts";

const OURS = [
  "*mangle",
  ":FORWARD ACCEPT [0:0]",
  ":SELVEDGE-FORWARD - [0:0]",
  '-A FORWARD -m comment --comment "Selvedge: NetworkPolicy #agelhylnkc" -j SELVEDGE-FORWARD',
  '-A SELVEDGE-FORWARD -m comment --comment "x #aaaaaaaaaa" -j RETURN',
  "COMMIT",
  "",
].join("\n");

const said = (stdout: string): ExecResult => ({ code: 0, stdout, stderr: "" });

/** A node with our rules in iptables-nft, IPv4, until they are restored away; `answer` comes before that. */
function node(answer: (request: ExecRequest) => ExecResult | undefined, standing = OURS) {
  const requests: ExecRequest[] = [];
  let rules = standing;
  const exec: Exec = (request) => {
    requests.push(request);
    const answered = answer(request);
    if (answered !== undefined) return Promise.resolve(answered);
    if (request.command === "iptables-nft-save") return Promise.resolve(said(rules));
    if (request.command.endsWith("-restore")) rules = "";
    if (request.command === "nft") return Promise.resolve(failure("Error: No such file or directory\n"));
    return Promise.resolve(said(""));
  };
  return { exec, writes: () => requests.filter(({ command }) => command.endsWith("-restore")) };
}

test("one atomic write takes the hook first, then empties, then removes", () => {
  const { input } = planTable({ variant: "nft", family: "IPv4" }, "mangle", must(parseSavedTables(OURS)[0]));
  expect(input?.split("\n")).toEqual([
    "*mangle",
    '-D FORWARD -m comment --comment "Selvedge: NetworkPolicy #agelhylnkc" -j SELVEDGE-FORWARD',
    "-F SELVEDGE-FORWARD",
    "-X SELVEDGE-FORWARD",
    "COMMIT",
    "",
  ]);
});

describe("where something fails", () => {
  test("a write that is refused is planned anew, from what then stands", async () => {
    let refusals = 1;
    const { exec, writes } = node(({ command }) => {
      if (!command.endsWith("-restore") || refusals === 0) return undefined;
      refusals -= 1;
      return failure("Device or resource busy");
    });
    expect((await cleanup(exec)).left).toEqual([]);
    expect(writes()).toHaveLength(2);
  });

  test("a write that is always refused is said, and not tried for ever", async () => {
    const { exec, writes } = node(({ command }) =>
      command.endsWith("-restore") ? failure("no such luck\n", 4) : undefined,
    );
    const { removed, left } = await cleanup(exec);
    expect(removed).toEqual([]);
    expect(left).toEqual([{ what: "iptables-nft, IPv4: hooks and chains", why: "no such luck", heldBy: [] }]);
    expect(writes()).toHaveLength(3);
  });

  test.each([
    ["a rule of ours names again was put back by an enforcer that runs", "SELVEDGE-FORWARD", 0],
    ["nobody's rules name is left, in the kernel's words", "THEIRS", 1],
  ])("a set that stays and %s", async (_, chain, left) => {
    let isBack = false;
    const again = OURS.replace(
      "SELVEDGE-FORWARD -m comment",
      `${chain} -m set --match-set SV4-G-a src -m comment`,
    );
    const { exec } = node(({ command, args }) => {
      if (command === "ipset" && args[0] === "list") return said("SV4-G-a\nSV4-G-b\n");
      if (command === "ipset") {
        isBack = true;
        return args[1] === "SV4-G-a"
          ? failure("ipset v7.17: Set cannot be destroyed: it is in use by a kernel component")
          : undefined;
      }
      return isBack && command === "iptables-nft-save" ? said(again) : undefined;
    });
    const report = await cleanup(exec);
    expect(report.left).toHaveLength(left);
    expect(report.removed).toContainEqual({ kind: "set", name: "SV4-G-b" });
    expect(report.removed).not.toContainEqual({ kind: "set", name: "SV4-G-a" });
  });

  test("what cannot be read is said: it may hold something of ours", async () => {
    const { exec } = node(({ command }) =>
      command === "ip6tables-legacy-save" ? failure("Permission denied") : undefined,
    );
    expect((await cleanup(exec)).left).toEqual([
      { what: "iptables-legacy, IPv6", why: "cannot be read: Permission denied", heldBy: [] },
    ]);
  });

  test("a table that only nft can print is said", async () => {
    const { exec } = node(({ command }) =>
      command === "ip6tables-nft-save"
        ? said("# Table `mangle' is incompatible, use 'nft' tool.\n")
        : undefined,
    );
    expect((await cleanup(exec)).left).toEqual([
      {
        what: "iptables-nft, IPv6",
        why: "cannot be read: Table `mangle' is incompatible, use 'nft' tool.",
        heldBy: [],
      },
    ]);
  });

  test("an iptables that is not on the machine holds nothing", async () => {
    const { exec } = node(({ command }) =>
      command.includes("legacy") ? failure("not found", 127) : undefined,
    );
    expect((await cleanup(exec)).left).toEqual([]);
  });

  const withoutIpset = ({ command }: ExecRequest) =>
    command === "ipset" ? failure("ipset: ENOENT", 127) : undefined;

  test("without ipset nobody knows whether sets are left that rules of ours named", async () => {
    const left = [{ what: "sets", why: "cannot be listed: ipset: ENOENT", heldBy: [] }];
    expect((await cleanupDryRun(node(withoutIpset).exec)).left).toEqual(left);
    expect((await cleanup(node(withoutIpset).exec)).left).toEqual(left);
  });

  test("where nothing of ours stands in iptables, an ipset that is not on the machine has made no sets", async () => {
    expect(await cleanupDryRun(node(withoutIpset, "").exec)).toEqual({ removed: [], left: [] });
    expect(await cleanup(node(withoutIpset, "").exec)).toEqual({ removed: [], left: [] });
  });

  test("an ipset that fails is said, whatever stands", async () => {
    const { exec } = node(({ command }) => (command === "ipset" ? failure("Kernel error") : undefined), "");
    expect((await cleanup(exec)).left).toEqual([
      { what: "sets", why: "cannot be listed: Kernel error", heldBy: [] },
    ]);
  });
});

describe("of one backend alone", () => {
  const listing = ({ command, args }: ExecRequest) =>
    command === "ipset" && args[0] === "list" ? said("SV4-G-a\n") : undefined;
  const removed = (things: CleanupReport["removed"]) =>
    things.map((thing) => ("variant" in thing ? `${thing.variant} ${thing.kind}` : thing.kind));

  test("sets stay where the other iptables cannot be read: its rules may name them", async () => {
    const { exec } = node((request) =>
      request.command === "iptables-legacy-save" ? failure("Permission denied") : listing(request),
    );
    const report = await cleanup(exec, "nft");
    expect(removed(report.removed)).toEqual(["nft hook", "nft chain"]);
    expect(report.left).toEqual([]);
  });

  test("sets go where the other iptables has nothing of ours", async () => {
    const report = await cleanup(node(listing).exec, "nft");
    expect(removed(report.removed)).toEqual(["nft hook", "nft chain", "set"]);
  });

  test("nothing else is written to, nor told", async () => {
    for (const only of ["legacy", "nftables"] as const) {
      const { exec, writes } = node(({ command }) => (command === "ipset" ? failure("no", 127) : undefined));
      expect(await cleanup(exec, only)).toEqual({ removed: [], left: [] });
      expect(await cleanupDryRun(exec, only)).toEqual({ removed: [], left: [] });
      expect(writes()).toEqual([]);
    }
  });
});

describe("of a table of nftables", () => {
  /** nft that answers to `list` and `delete`, for IPv4; IPv6 has no table. */
  const nft = (list: ExecResult, deleted: ExecResult): Exec =>
    node(
      ({ command, args }) =>
        command === "nft" && args.includes("ip") ? (args[0] === "delete" ? deleted : list) : undefined,
      "",
    ).exec;
  const table = { kind: "table", variant: "nftables", family: "IPv4", name: "selvedge" } as const;
  const unreadable = failure("nft: no answer within 60000 ms", 124);

  test("that cannot be listed is deleted all the same", async () => {
    expect(await cleanup(nft(unreadable, said("")))).toEqual({ removed: [table], left: [] });
  });

  test("that can neither be listed nor deleted, it is said that nobody could look", async () => {
    const denied = failure("Operation not permitted (you must be root)\n");
    const left = [
      {
        what: "nftables, IPv4",
        why: "cannot be read: Operation not permitted (you must be root)",
        heldBy: [],
      },
    ];
    expect(await cleanup(nft(denied, denied))).toEqual({ removed: [], left });
    expect(await cleanupDryRun(nft(denied, denied))).toEqual({ removed: [], left });
  });

  test.each([said("table ip selvedge {\n}\n"), unreadable])(
    "that somebody else deletes meanwhile nothing is left, nor said",
    async (list) => {
      const gone = failure(
        "Error: No such file or directory; did you mean table 'selvedge' in family inet?\n",
      );
      expect(await cleanup(nft(list, gone))).toEqual({ removed: [], left: [] });
    },
  );
});
