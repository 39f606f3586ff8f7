import type { Family } from "../core/address.ts";
import { setFamily } from "../render/names.ts";

const names: Readonly<Record<Family, string>> = { IPv4: "SV4-swap", IPv6: "SV6-swap" };

/** A set that stands for another while that is made anew; it lives for a moment. */
export const swapSet = (of: string): string => names[setFamily(of)];

/** The lines that put a set in another's place at once, rules that name it or not; `make` fills a set of a name. */
export function remakeLines(name: string, make: (name: string) => readonly string[]): string[] {
  const swap = swapSet(name);
  return [...make(swap), `swap ${swap} ${name}`, `destroy ${swap}`];
}

/** The set that a line of `ipset restore` is about, in the end; none for a line of the set that stands for another. */
export function setMeant(line: string): string | undefined {
  const [verb, name = "", other] = line.split(" ");
  if (name !== swapSet(name)) return name;
  return verb === "swap" ? other : undefined;
}
