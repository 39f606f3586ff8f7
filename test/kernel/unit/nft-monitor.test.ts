import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Chronicle } from "../../../src/kernel/nftables/chronicle.ts";
import { type MonitorEvent, MonitorStream } from "../../../src/kernel/nftables/monitor-stream.ts";
import { NftSignature } from "../../../src/kernel/nftables/nft-signature.ts";

const read = (...chunks: readonly string[]): MonitorEvent[] => {
  const stream = new MonitorStream();
  return chunks.flatMap((chunk) => stream.push(chunk));
};

const seen = (generation: number, about: Partial<MonitorEvent> = {}): MonitorEvent => ({
  kind: "transaction",
  generation,
  isInOurTables: false,
  isClear: true,
  signatures: [],
  remembered: 0,
  ...about,
});

const ended = (generation: number): string => `# new generation ${generation} by process 29639 (nft)\n`;

/** As nft 1.0.6 and 1.1.3 print it, word for word. */
const RECORDED = `add element ip selvedge s { 1.1.1.1 }
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

const EVENTS = [
  seen(4, { isInOurTables: true, signatures: ["SV-BY-abc-3"], remembered: 2 }),
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
    expect(read(`${line}\n${ended(7)}`)).toMatchObject([{ isInOurTables: true }]);
  });

  test.each([
    "add table ip selvedge-trial",
    "add table inet selvedge",
    "add chain ip mangle selvedge",
    'add rule ip nat c masquerade comment "x ip selvedge y"',
    "add element ip kube-proxy service-ips { 10.96.0.1 . tcp . 443 : goto service-selvedge }",
  ])("is none of ours: %s", (line) => {
    expect(read(`${line}\n${ended(7)}`)).toMatchObject([{ isInOurTables: false }]);
  });

  test("is not confused by who follows packets meanwhile", () => {
    const trace = 'trace id 8b4a9e1f ip selvedge FORWARD packet: iif "lo" ip saddr 127.0.0.1\n';
    expect(read(`add table ip other\n${trace}${ended(8)}`)).toEqual([seen(8)]);
  });
});

describe("a signature", () => {
  test("is that of a process alone, and says when it was given", () => {
    const [ours, another] = [new NftSignature(), new NftSignature()];
    const before = Math.floor(performance.now());
    const script = ours.sign("add element ip6 selvedge s { fd00::1 }\n");
    const [, added = "", deleted = ""] = script.split("\n");
    const [, name = ""] = /^add chain ip6 selvedge (\S+)$/.exec(added) ?? [];
    expect(deleted).toBe(`delete chain ip6 selvedge ${name}`);
    expect(ours.whenGiven(name)).toBeGreaterThanOrEqual(before);
    expect(another.whenGiven(name)).toBeUndefined();
    expect(ours.sign("")).toBe("");
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
    isInOurTables: step === "ours" || step === "another's",
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
