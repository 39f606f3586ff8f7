import { expect, test } from "vitest";
import { selvedge } from "./selvedge.ts";

interface Answer {
  readonly connections: readonly {
    readonly kernel: readonly {
      readonly table: string;
      readonly sets: readonly { readonly name: string; readonly type: string; readonly entries: string[] }[];
    }[];
  }[];
}

const ask = (...words: readonly string[]) =>
  selvedge(["explain", "-f", "fixtures/shop", "--rules", "shop/front", "shop/api:http", ...words]);

const setsBy = (backend: string) => {
  const { connections } = JSON.parse(ask("--backend", backend, "-o", "json").stdout) as Answer;
  return connections.flatMap(({ kernel }) =>
    kernel.flatMap(({ table, sets }) =>
      sets.map(({ name, type, entries }) => [
        table,
        name.replaceAll(/(?<=-)[a-z2-7]{24}$/g, "*"),
        type,
        ...entries.map((entry) => entry.replace(/SV-C-.*/, "SV-C-*")),
      ]),
    ),
  );
};

test("sets and their entries are in the words of the tool that has them", () => {
  expect(setsBy("nftables")).toEqual([
    ["selvedge", "SV4-verdicts-egress", "ipv4_addr : verdict", "192.0.2.1 : goto SV-C-*"],
    ["selvedge", "SV4-P-*", "ipv4_addr . inet_proto . inet_service", "192.0.2.2 . tcp . 3000"],
    ["selvedge", "SV4-verdicts-ingress", "ipv4_addr : verdict", "192.0.2.2 : goto SV-C-*"],
    ["selvedge", "SV4-G-*", "ipv4_addr", "192.0.2.1"],
  ]);
  expect(setsBy("nft")).toEqual([
    ["mangle", "SV4-P-*", "hash:ip,port", "192.0.2.2,tcp:3000"],
    ["mangle", "SV4-G-*", "hash:ip", "192.0.2.1"],
  ]);
});
