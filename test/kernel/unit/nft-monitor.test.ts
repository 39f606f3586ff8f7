import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { iptablesWatched } from "../../../src/kernel/iptables-backend.ts";
import { nftablesWatched } from "../../../src/kernel/nftables/nftables-backend.ts";
import { signedScripts } from "../../../src/kernel/nftables/signed-scripts.ts";
import { signedTables } from "../../../src/kernel/signed-tables.ts";
import { Chronicle } from "../../../src/kernel/witness/chronicle.ts";
import {
  type MonitorEvent,
  MonitorStream,
  type SeenTransaction,
} from "../../../src/kernel/witness/monitor-stream.ts";
import { Signature } from "../../../src/kernel/witness/signature.ts";

const read = (...chunks: readonly string[]): MonitorEvent[] => {
  const stream = new MonitorStream(nftablesWatched.lines);
  return chunks.flatMap((chunk) => stream.push(chunk));
};

const seen = (generation: number, about: Partial<SeenTransaction> = {}): SeenTransaction => ({
  kind: "transaction",
  generation,
  isOfOurs: false,
  isClear: true,
  signatures: [],
  remembered: 0,
  ...about,
});

const ended = (generation: number): string => `# new generation ${generation} by process 29639 (nft)\n`;

/** As nft 1.0.6 and 1.1.3 print it, word for word. */
const RECORDED = `# process 29640
add element ip selvedge s { 1.1.1.1 }
add element ip selvedge s { 2.2.2.2 }
add chain ip selvedge SV-BY-abc-3
delete chain ip selvedge SV-BY-abc-3
${ended(4)}add table ip other
add chain ip other c
add rule ip other c ip saddr 1.1.1.1 drop comment "add rule ip selvedge c"
${ended(5)}# ERROR: We lost some netlink events!
${ended(6)}W: Received event for an unknown set.
add element ip other s { 10.0.0.1 }
${ended(7)}`;

const EVENTS: readonly MonitorEvent[] = [
  { kind: "process", pid: 29_640 },
  seen(4, { isOfOurs: true, signatures: ["SV-BY-abc-3"], remembered: 2 }),
  seen(5),
  { kind: "lost" },
  // Of this nothing was printed.
  seen(6, { isClear: false }),
  seen(7, { isClear: false, remembered: 1 }),
];

describe("what nft monitor prints", () => {
  test("is read as transactions, and as events that were lost", () => {
    expect(read(RECORDED)).toEqual(EVENTS);
  });

  test("is read the same in pieces of any size", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(RECORDED.length), { maxLength: 20 }), (cuts) => {
        const ends = [0, ...cuts.toSorted((a, b) => a - b), RECORDED.length];
        const pieces = ends.slice(1).map((end, i) => RECORDED.slice(ends[i], end));
        expect(read(...pieces)).toEqual(EVENTS);
      }),
    );
  });

  test.each([
    "add table ip selvedge { flags dormant; }",
    "delete table ip6 selvedge",
    "add chain ip selvedge FORWARD { type filter hook forward priority mangle; policy drop; }",
    "delete chain ip selvedge SV-C-a",
    "add rule ip selvedge SV-C-a counter packets 0 bytes 0 drop",
    "insert rule ip6 selvedge SV-C-a handle 7 accept",
    "delete rule ip selvedge SV-C-a handle 8",
    "add set ip selvedge s { typeof ip saddr; } ",
    "delete element ip6 selvedge s { fd00::1 }",
    "add counter ip selvedge cnt { packets 0 bytes 0 } ",
    'add ct helper ip selvedge ftp { type "ftp" protocol tcp; l3proto ip; } ',
    "add flowtable ip selvedge f",
    `add rule ip selvedge SV-C-a ip saddr { ${"192.0.2.1, ".repeat(5_000)} } drop`,
  ])("is of a table of ours: %.60s", (line) => {
    expect(read(`${line}\n${ended(7)}`)).toMatchObject([{ isOfOurs: true }]);
  });

  test.each([
    "add table ip selvedge-trial",
    "add table inet selvedge",
    "add chain ip mangle selvedge",
    'add rule ip nat c masquerade comment "x ip selvedge y"',
    "add element ip kube-proxy service-ips { 10.96.0.1 . tcp . 443 : goto service-selvedge }",
  ])("is none of ours: %s", (line) => {
    expect(read(`${line}\n${ended(7)}`)).toMatchObject([{ isOfOurs: false }]);
  });

  test("is not confused by who follows packets meanwhile", () => {
    const trace = 'trace id 8b4a9e1f ip selvedge FORWARD packet: iif "lo" ip saddr 127.0.0.1\n';
    expect(read(`add table ip other\n${trace}${ended(8)}`)).toEqual([seen(8)]);
  });
});

/** As nft 1.0.6 prints what iptables-nft 1.8.9 writes. */
const RECORDED_IPTABLES = `add table ip mangle
create chain ip mangle SELVEDGE-FORWARD
create chain ip mangle SV-BY-abc-3
add rule ip mangle SELVEDGE-FORWARD ct state related,established counter packets 0 bytes 0 return
add chain ip mangle FORWARD { type filter hook forward priority mangle; policy accept; }
insert rule ip mangle FORWARD counter packets 0 bytes 0 jump SELVEDGE-FORWARD
delete chain ip mangle SV-BY-abc-3
# new generation 2 by process 28431 (iptables-nft-re)
add rule ip filter KUBE-FORWARD counter packets 0 bytes 0 accept
# new generation 3 by process 28431 (iptables-nft-re)
`;

describe("what nft monitor prints of iptables", () => {
  const readIptables = (text: string): MonitorEvent[] => new MonitorStream(iptablesWatched.lines).push(text);

  test("is read as transactions", () => {
    expect(readIptables(RECORDED_IPTABLES)).toEqual([
      seen(2, { isOfOurs: true, signatures: ["SV-BY-abc-3"] }),
      seen(3),
    ]);
  });

  test.each([
    "add table ip mangle { flags dormant; }",
    "delete table ip6 mangle",
    "delete table ip filter",
    "add rule ip mangle SV-C-a counter packets 0 bytes 0 drop",
    "delete rule ip6 mangle SELVEDGE-FORWARD handle 8",
    "insert rule ip mangle FORWARD counter packets 0 bytes 0 accept",
    "delete rule ip filter FORWARD handle 8",
    "add rule ip mangle OUTPUT counter packets 0 bytes 0 accept",
    "delete rule ip mangle POSTROUTING handle 8",
    "add chain ip mangle renamed",
    "add chain ip filter renamed",
    "delete rule ip filter SELVEDGE-REFUSE handle 2",
  ])("is of ours: %s", (line) => {
    expect(readIptables(`${line}\n${ended(7)}`)).toMatchObject([{ isOfOurs: true }]);
  });

  test.each([
    "add table ip selvedge",
    "add table inet mangle",
    "add chain inet mangle SV-C-a",
    "add chain ip nat KUBE-SVC-X",
    "add rule ip nat FORWARD counter packets 0 bytes 0 accept",
    "add rule ip mangle PREROUTING counter packets 0 bytes 0 accept",
    "add rule ip mangle FORWARDING counter packets 0 bytes 0 accept",
    'add rule ip filter KUBE-FORWARD accept comment "add rule ip mangle SV-C-a"',
    "add element ip mangle FORWARD { 10.0.0.1 }",
  ])("is none of ours: %s", (line) => {
    expect(readIptables(`${line}\n${ended(7)}`)).toMatchObject([{ isOfOurs: false }]);
  });
});

describe("a signature", () => {
  test("is that of a process alone, and says when it was given", () => {
    const [ours, another] = [new Signature(), new Signature()];
    const before = Math.floor(performance.now());
    const name = ours.sign();
    expect(ours.whenGiven(name)).toBeGreaterThanOrEqual(before);
    expect(ours.whenGiven(name)).toBeLessThanOrEqual(performance.now());
    expect(another.whenGiven(name)).toBeUndefined();
  });

  test("has a name that iptables takes, for the next eighty years", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    vi.advanceTimersByTime(80 * 365 * 86_400_000);
    const signature = new Signature();
    const name = signature.sign();
    expect([name.length <= 28, signature.whenGiven(name)]).toEqual([true, 80 * 365 * 86_400_000]);
    vi.useRealTimers();
  });

  test("stands at the end of a transaction of nft", async () => {
    const signature = new Signature();
    const written: string[] = [];
    const write = (script: string): Promise<undefined> => {
      written.push(script);
      return Promise.resolve(undefined);
    };
    const { write: sign } = signedScripts({ write, commands: () => 0 }, signature);
    await sign("add element ip6 selvedge s { fd00::1 }\n");
    await sign("");
    const [, added = "", deleted = ""] = written[0]?.split("\n") ?? [];
    const [, name = ""] = /^add chain ip6 selvedge (\S+)$/.exec(added) ?? [];
    expect(signature.whenGiven(name)).toBeDefined();
    expect(deleted).toBe(`delete chain ip6 selvedge ${name}`);
    expect(written[1]).toBe("");
  });

  test("stands at the end of a table of iptables", async () => {
    const signature = new Signature();
    const written: string[] = [];
    const nothing = () => Promise.resolve(new Map<string, never>());
    const signed = signedTables(
      {
        writeSets: nothing,
        destroySets: nothing,
        writeTable: (family, input) => {
          written.push(family, input);
          return Promise.resolve(undefined);
        },
        commands: () => 0,
      },
      signature,
    );
    await signed.writeTable("IPv6", "*mangle\n:SV-C-a - [0:0]\n-A SV-C-a -j DROP\nCOMMIT\n");
    const [family, input = ""] = written;
    const [, name = ""] = /^:(SV-BY\S+) /m.exec(input) ?? [];
    expect(signature.whenGiven(name)).toBeDefined();
    expect([family, input]).toEqual([
      "IPv6",
      `*mangle\n:SV-C-a - [0:0]\n-A SV-C-a -j DROP\n:${name} - [0:0]\n-X ${name}\nCOMMIT\n`,
    ]);
  });
});

/** Each of ours is signed by the moment that stands behind it. */
const chronicle = (): Chronicle =>
  new Chronicle((signature) => (signature.startsWith("ours-") ? Number(signature.slice(5)) : undefined));

type Step = "ours" | "another's" | "unclear" | "others' elsewhere";

const isOthers = (step: Step): boolean => step === "another's" || step === "unclear";

/** Tells a chronicle of it. */
function tell(told: Chronicle, generation: number, step: Step): boolean {
  return told.take({
    kind: "transaction",
    generation,
    isOfOurs: step === "ours" || step === "another's",
    isClear: step !== "unclear",
    signatures: step === "ours" ? [`ours-${generation}`] : step === "another's" ? ["SV-BY-other-1"] : [],
    remembered: 0,
  });
}

const steps = fc.array(fc.constantFrom<Step>("ours", "another's", "unclear", "others' elsewhere"), {
  maxLength: 12,
});

describe("the account of who wrote", () => {
  test("tells since any mark whether others did, and how far it goes", () => {
    fc.assert(
      fc.property(steps, steps, fc.constantFrom(5, 0xffff_fff8), (before, after, first) => {
        const told = chronicle();
        const numbers = Array.from({ length: 30 }, (_, i) =>
          first + i > 0xffff_ffff ? first + i - 0xffff_ffff : first + i,
        );
        const all = [...before, ...after];
        let mark = told.mark();
        expect(mark).toBeUndefined();
        all.forEach((step, i) => {
          expect(tell(told, numbers[i] ?? 0, step)).toBe(isOthers(step));
          if (i === before.length - 1) mark = told.mark();
        });
        const until = numbers[all.lastIndexOf("ours")] ?? 0;
        const undisturbed = after.some(isOthers) ? { kind: "disturbed" } : { kind: "undisturbed", until };
        expect(told.since(mark)).toEqual(before.length === 0 ? { kind: "blind" } : undisturbed);
      }),
    );
  });

  test("is broken where one was missed, whatever it was, and by a word of trouble", () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 2, max: 1_000 }), fc.boolean(), (after, missed, isTold) => {
        const told = chronicle();
        tell(told, 1, "ours");
        const mark = told.mark();
        if (isTold) told.end();
        after.forEach((step, i) => void tell(told, 1 + i + missed, step));
        expect(told.since(mark).kind).toBe(isTold || after.length > 0 ? "blind" : "undisturbed");
      }),
    );
  });

  test("begins before the first, where it is known that each will be told", () => {
    const told = chronicle();
    told.begin();
    const mark = told.mark();
    expect(told.since(mark)).toEqual({ kind: "undisturbed", until: 0 });
    tell(told, 7, "ours");
    expect(told.since(mark)).toEqual({ kind: "undisturbed", until: 7 });
    tell(told, 8, "another's");
    expect(told.since(mark)).toEqual({ kind: "disturbed" });
    told.end();
    expect(told.mark()).toBeUndefined();
  });

  test("counts what two tell it once", () => {
    const told = chronicle();
    tell(told, 1, "ours");
    const mark = told.mark();
    for (const generation of [2, 1, 2, 3, 2, 3]) tell(told, generation, "ours");
    expect(told.since(mark)).toEqual({ kind: "undisturbed", until: 3 });
    expect([tell(told, 4, "another's"), tell(told, 4, "another's")]).toEqual([true, false]);
  });
});
