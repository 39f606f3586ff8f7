import { Command, InvalidArgumentError, Option } from "commander";
import { type Family, families } from "../../src/core/address.ts";
import type { Variant } from "../../src/kernel/variant.ts";
import { FLOWS, type Size } from "./scenario.ts";

/** What is measured. */
export interface Options {
  readonly sizes: readonly Size[];
  readonly variants: readonly Variant[];
  readonly families: readonly Family[];
  readonly rounds: number;
  /** How many pairs of pods and ports packets go between. */
  readonly pairs: number;
  readonly writes: boolean;
}

interface Flags {
  readonly quick: boolean;
  readonly full: boolean;
  readonly size: readonly Size[];
  readonly iptables: readonly Variant[];
  readonly family: readonly Family[];
  readonly rounds?: number;
  readonly pairs?: number;
  readonly write: boolean;
}

const variants = ["nft", "legacy"] as const;
const size = (pods: number, policies: number): Size => ({ pods, policies });
const EVERY = [10, 100, 250].flatMap((pods) => [10, 100, 1000].map((policies) => size(pods, policies)));
const ENDS = [size(10, 10), size(250, 1000)];
const USUAL = [size(10, 10), size(250, 10), size(100, 100), size(10, 1000), size(250, 1000)];

function parseSize(text: string, before: readonly Size[] = []): Size[] {
  const [, pods, policies] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (pods === undefined || policies === undefined || Number(pods) < 2 || Number(policies) < 2)
    throw new InvalidArgumentError("want PODSxPOLICIES, at least 2x2");
  return [...before, size(Number(pods), Number(policies))];
}

function parseNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("want a number from 1");
  return number;
}

function optionsOf({ quick, full, size: sizes, iptables, family, rounds, pairs, write }: Flags): Options {
  const usual = full ? EVERY : quick ? ENDS : USUAL;
  return {
    sizes: sizes.length > 0 ? sizes : usual,
    variants: iptables,
    families: quick ? family.slice(0, 1) : family,
    rounds: rounds ?? (quick ? 3 : 5),
    pairs: pairs ?? FLOWS,
    writes: write && !quick && pairs === undefined,
  };
}

/** Reads the command line; ends the process where it cannot be read. */
export function parseOptions(argv: readonly string[]): Options {
  const command = new Command("bench-datapath")
    .description("What a packet costs on a node, by who enforces policies there. Writes docs/performance.md.")
    .option("--quick", "smallest and largest size, IPv4, 3 rounds; writes nothing", false)
    .option("--full", "10, 100 and 250 pods by 10, 100 and 1000 policies", false)
    .option("--size <PODSxPOLICIES>", "only this size; may be given again", parseSize, [])
    .addOption(new Option("--iptables <variants...>", "only these").choices(variants).default(variants))
    .addOption(new Option("--family <families...>", "only these").choices(families).default(families))
    .option("--rounds <number>", "rounds of each (5)", parseNumber)
    .option("--pairs <number>", `only so many pairs of pods (${FLOWS}); writes nothing`, parseNumber)
    .option("--no-write", "leave docs/performance.md as it is")
    .parse([...argv], { from: "user" });
  return optionsOf(command.opts<Flags>());
}
