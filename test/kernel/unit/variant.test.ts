import { describe, expect, test } from "vitest";
import type { Exec, ExecRequest } from "../../../src/kernel/exec.ts";
import { detectVariant, restoreCommand, saveCommand } from "../../../src/kernel/variant.ts";

type Tables = Readonly<Record<string, readonly string[] | "missing">>;

/** Programs that print these lines; naming a table leaves the other tables out. What is not named prints nothing. */
function printing(tables: Tables): { readonly exec: Exec; readonly requests: ExecRequest[] } {
  const requests: ExecRequest[] = [];
  return {
    requests,
    exec: (request) => {
      requests.push(request);
      const lines = tables[request.command] ?? [];
      if (lines === "missing") return Promise.resolve({ code: 127, stdout: "", stderr: "not found" });
      return Promise.resolve({ code: 0, stdout: `${lines.join("\n")}\n`, stderr: "" });
    },
  };
}

const rules = (count: number): string[] => [
  "*filter",
  ":FORWARD ACCEPT [0:0]",
  ...Array.from({ length: count }, (_, i) => `-A FORWARD -s 10.0.0.${i}/32 -j ACCEPT`),
  "COMMIT",
];
const hint = (chain: string): string[] => ["*mangle", `:${chain} - [0:0]`, "COMMIT"];

describe("which iptables a node uses", () => {
  test.each<{ where: string; tables: Tables; variant: "nft" | "legacy" }>([
    { where: "nothing at all stands", tables: {}, variant: "nft" },
    {
      where: "kubelet left its hint with nft, however many legacy rules there are",
      tables: { "iptables-nft-save": hint("KUBE-IPTABLES-HINT"), "iptables-legacy-save": rules(50) },
      variant: "nft",
    },
    {
      where: "an older kubelet left its canary with nft",
      tables: { "iptables-nft-save": hint("KUBE-KUBELET-CANARY") },
      variant: "nft",
    },
    {
      where: "the hint is in IPv6 only, with nft",
      tables: { "ip6tables-nft-save": hint("KUBE-IPTABLES-HINT"), "iptables-legacy-save": rules(5) },
      variant: "nft",
    },
    {
      where: "the hint is with legacy, however many nft rules there are",
      tables: { "iptables-legacy-save": hint("KUBE-IPTABLES-HINT"), "iptables-nft-save": rules(50) },
      variant: "legacy",
    },
    {
      where: "the hint is in IPv6 only, with legacy",
      tables: { "ip6tables-legacy-save": hint("KUBE-KUBELET-CANARY"), "iptables-nft-save": rules(5) },
      variant: "legacy",
    },
    {
      where: "both have a hint: kubelet changed sides, and nft is looked at first",
      tables: {
        "iptables-nft-save": hint("KUBE-IPTABLES-HINT"),
        "iptables-legacy-save": hint("KUBE-IPTABLES-HINT"),
      },
      variant: "nft",
    },
    {
      where: "more rules are with legacy",
      tables: { "iptables-legacy-save": rules(4), "iptables-nft-save": rules(3) },
      variant: "legacy",
    },
    {
      where: "more rules are with legacy over both families",
      tables: {
        "iptables-legacy-save": rules(2),
        "ip6tables-legacy-save": rules(2),
        "iptables-nft-save": rules(3),
      },
      variant: "legacy",
    },
    {
      where: "both have as many",
      tables: { "iptables-legacy-save": rules(3), "iptables-nft-save": rules(3) },
      variant: "nft",
    },
    {
      where: "a rule speaks of the hint, and no chain is called so",
      tables: {
        "iptables-legacy-save": [...rules(0), '-A FORWARD -m comment --comment ":KUBE-IPTABLES-HINT" -j X'],
        "iptables-nft-save": rules(2),
      },
      variant: "nft",
    },
    {
      where: "there is no IPv6",
      tables: {
        "ip6tables-nft-save": "missing",
        "ip6tables-legacy-save": "missing",
        "iptables-legacy-save": rules(1),
      },
      variant: "legacy",
    },
    {
      where: "there is no legacy",
      tables: { "iptables-legacy-save": "missing", "ip6tables-legacy-save": "missing" },
      variant: "nft",
    },
    {
      where: "there is nothing else than legacy",
      tables: {
        "iptables-nft-save": "missing",
        "ip6tables-nft-save": "missing",
        "iptables-legacy-save": rules(1),
      },
      variant: "legacy",
    },
  ])("$variant where $where", async ({ tables, variant }) => {
    expect(await detectVariant(printing(tables).exec)).toBe(variant);
  });

  test("legacy is never asked for a table by name: that would make it", async () => {
    const { exec, requests } = printing({});
    await detectVariant(exec);
    const legacy = requests.filter(({ command }) => command.includes("legacy"));
    expect(legacy.map(({ args }) => args)).toEqual([[], []]);
  });
});

test("the commands of each variant and family", () => {
  const commands = (["legacy", "nft"] as const).flatMap((variant) =>
    (["IPv4", "IPv6"] as const).flatMap((family) => [
      saveCommand(variant, family),
      restoreCommand(variant, family),
    ]),
  );
  expect(commands).toEqual([
    "iptables-legacy-save",
    "iptables-legacy-restore",
    "ip6tables-legacy-save",
    "ip6tables-legacy-restore",
    "iptables-nft-save",
    "iptables-nft-restore",
    "ip6tables-nft-save",
    "ip6tables-nft-restore",
  ]);
});
