/*
 * Addresses as texts of "0" and "1", 32 or 128 of them. It is the dumbest arithmetic there is, and none of it is shared
 * with src/: the oracles stand on this file.
 */
import type { Address } from "../../src/core/address.ts";

/** `"0000101…"`: the length tells the family. */
export type Bits = string;

const binary = (digits: string, radix: number, width: number): string =>
  Number.parseInt(digits, radix).toString(2).padStart(width, "0");

function hextets(text: string): string[] {
  return text === "" ? [] : text.split(":");
}

function parse(text: string): Bits {
  if (!text.includes(":"))
    return text
      .split(".")
      .map((octet) => binary(octet, 10, 8))
      .join("");
  const [head = "", tail] = text.split("::");
  const left = hextets(head);
  const right = hextets(tail ?? "");
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill("0");
  return [...left, ...zeros, ...right].map((hextet) => binary(hextet, 16, 16)).join("");
}

const known = new Map<string, Bits>();

/** The bits of an address in text form. */
export function bitsOf(text: string): Bits {
  const bits = known.get(text) ?? parse(text);
  known.set(text, bits);
  return bits;
}

export const bitsOfAddress = ({ family, value }: Address): Bits =>
  value.toString(2).padStart(family === "IPv4" ? 32 : 128, "0");

export const addressOfBits = (bits: Bits): Address => ({
  family: bits.length === 32 ? "IPv4" : "IPv6",
  value: BigInt(`0b${bits}`),
});

/** Text form, with every group written out: both families read it back. */
export function textOfBits(bits: Bits): string {
  const width = bits.length === 32 ? 8 : 16;
  const groups = bits.match(new RegExp(`.{${width}}`, "g")) ?? [];
  const numbers = groups.map((group) => Number.parseInt(group, 2));
  return width === 8 ? numbers.join(".") : numbers.map((number) => number.toString(16)).join(":");
}

/** The bits that all addresses of a CIDR begin with, and how long its addresses are. */
export function prefixOf(cidr: string): { readonly prefix: Bits; readonly width: number } {
  const [address = "", length = ""] = cidr.split("/");
  const bits = bitsOf(address);
  return { prefix: bits.slice(0, Number(length)), width: bits.length };
}

export function isInCidr(bits: Bits, cidr: string): boolean {
  const { prefix, width } = prefixOf(cidr);
  return bits.length === width && bits.startsWith(prefix);
}

/** The next address; `undefined` after the last. */
export function following(bits: Bits): Bits | undefined {
  const zero = bits.lastIndexOf("0");
  return zero === -1 ? undefined : `${bits.slice(0, zero)}1${"0".repeat(bits.length - zero - 1)}`;
}
