import type { Family } from "../core/address.ts";

/** Why one set could not be written as asked. */
export interface Refusal {
  /** The line that was refused; none where nothing of it was tried. */
  readonly line: string | undefined;
  /** In the tool's own words. */
  readonly message: string;
}

/** The three kinds of writes that a plan is made of. Each goes as far as it can and says what was refused. */
export interface KernelWriter {
  /** Writes `ipset restore` lines, in their order; a set that is refused keeps no other from being written. */
  readonly writeSets: (lines: readonly string[]) => Promise<ReadonlyMap<string, Refusal>>;
  /** One atomic `iptables-restore --noflush`; what was said against it, or nothing. */
  readonly writeTable: (family: Family, input: string) => Promise<string | undefined>;
  /** Destroys sets; the kernel's words about each that stays. */
  readonly destroySets: (names: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** How many writes the tools were given until now: a program run, or one that is kept open asked. */
  readonly commands: () => number;
}

/** The set that a line of `ipset restore` is about. */
export const setOf = (line: string): string => line.split(" ", 2)[1] ?? "";
