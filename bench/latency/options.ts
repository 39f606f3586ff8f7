import { Command, InvalidArgumentError, Option } from "commander";
import type { EnforcerBackend } from "../../src/lab/backend.ts";
import type { Place } from "./crowd.ts";

export interface Case {
  /** Beside those that are measured. */
  readonly policies: number;
  readonly place: Place;
}

export interface Options {
  readonly cases: readonly Case[];
  readonly rounds: number;
  readonly backend: EnforcerBackend;
  readonly writes: boolean;
}

interface Flags {
  readonly quick: boolean;
  readonly policies?: number;
  readonly elsewhere: boolean;
  readonly rounds?: number;
  readonly backend: EnforcerBackend;
  readonly write: boolean;
}

const SIZES = [0, 100, 500, 5000];
const here = (policies: number): Case => ({ policies, place: "here" });
const EVERY: readonly Case[] = [...SIZES.map(here), { policies: 5000, place: "elsewhere" }];
const ENDS: readonly Case[] = [here(0), here(5000)];

function natural(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError("want a number");
  return number;
}

/** Reads the command line; ends the process where it cannot be read. */
export function parseOptions(argv: readonly string[]): Options {
  const { quick, policies, elsewhere, rounds, backend, write } = new Command("bench-latency")
    .description("How soon a change at the API server is enforced. Writes docs/performance.md.")
    .option("--quick", "0 and 5,000 other policies, 20 rounds; writes nothing", false)
    .option("--policies <number>", "only with so many other policies; writes nothing", natural)
    .option("--elsewhere", "with --policies: they concern another node's pods", false)
    .option("--rounds <number>", "rounds of each (200)", natural)
    .addOption(
      new Option("--backend <backend>", "in what the enforcer writes; writes nothing but with nftables")
        .choices(["nft", "legacy", "nftables"])
        .default("nftables"),
    )
    .option("--no-write", "leave docs/performance.md as it is")
    .parse([...argv], { from: "user" })
    .opts<Flags>();
  const place: Place = elsewhere ? "elsewhere" : "here";
  const usual = quick ? ENDS : EVERY;
  return {
    cases: policies === undefined ? usual : [{ policies, place }],
    rounds: rounds ?? (quick ? 20 : 200),
    backend,
    writes: write && !quick && policies === undefined && backend === "nftables",
  };
}
