import { type Address, addressBits, formatAddress, parseAddress } from "../../core/address.ts";
import { type Cidr, cidrAround, formatCidr, parseCidr } from "../../core/cidr.ts";
import { type FieldPath, fieldText } from "./field-path.ts";
import { type FieldProblem, type FieldWarning, invalid } from "./field-problem.ts";
import { goQuote } from "./go-quote.ts";

/**
 * How much of the past a CIDR's text may carry. `strict` is what the API server asks of a new object since 1.36 (feature
 * StrictIPCIDRValidation). `legacy` is what it took before, and still keeps in objects that it has stored: leading zeros,
 * IPv4-mapped IPv6 addresses, bits beyond the prefix length.
 */
export type CidrRules = "strict" | "legacy";

/** A CIDR as Go's `net.ParseCIDR` understands it. */
export interface LegacyCidr {
  /** What Kubernetes takes it to mean: host bits cleared, an IPv4-mapped block as the IPv4 block that it is. */
  readonly block: Cidr;
  /** As written, host bits and all; IPv4 where it is IPv4-mapped. */
  readonly address: Address;
  /** The prefix length as written, and the width of what was written: an IPv4-mapped `/104` is a `/8` in `block`. */
  readonly length: number;
  readonly bits: number;
}

const MAPPED_LENGTH = 96;
const isMapped = ({ family, value }: Address): boolean => family === "IPv6" && value >> 32n === 0xffffn;
const unmapped = (address: Address): Address =>
  isMapped(address) ? { family: "IPv4", value: address.value & 0xffff_ffffn } : address;

/** Zeros in front of a number change nothing in Go's reading (decimal, never octal). */
const withoutLeadingZeros = (text: string): string =>
  text.replaceAll(/(?<![0-9a-fA-F])0+(?=[0-9a-fA-F])/g, "");

/** Reads a CIDR in the widest form that any API server took; `undefined` where none would. */
export function parseLegacyCidr(text: string): LegacyCidr | undefined {
  const plain = withoutLeadingZeros(text);
  const written = parseCidr(plain);
  const address = written && addressPart(plain);
  if (written === undefined || address === undefined) return undefined;
  const first: Address = { family: written.family, value: written.first };
  const block = isMapped(first) ? cidrAround(unmapped(first), written.length - MAPPED_LENGTH) : written;
  return { block, address: unmapped(address), length: written.length, bits: addressBits[written.family] };
}

const addressPart = (text: string): Address | undefined =>
  parseAddress(text.slice(0, Math.max(text.lastIndexOf("/"), 0)));

/** `util/validation/ip.go` IsValidCIDRForLegacyField. */
export function cidrProblems(path: FieldPath, text: string, rules: CidrRules): FieldProblem[] {
  const says = cidrFault(text, rules);
  return says === undefined ? [] : [invalid(path, text, says)];
}

function cidrFault(text: string, rules: CidrRules): string | undefined {
  const block = parseCidr(text);
  if (block === undefined && parseLegacyCidr(text) === undefined) {
    return "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
  }
  if (rules === "legacy") return undefined;
  const address = addressPart(text);
  if (block === undefined || address === undefined) return "must not have leading 0s in IP or prefix length";
  if (isMapped(address)) return "must not have an IPv4-mapped IPv6 address";
  return address.value === block.first ? undefined : "must not have bits set beyond the prefix length";
}

/** `util/validation/ip.go` GetWarningsForCIDR: what is accepted, and should be written otherwise. */
export function cidrWarnings(path: FieldPath, text: string): FieldWarning[] {
  const read = parseLegacyCidr(text);
  if (read === undefined) return [];
  return cidrAdvice(text, read).map((advice) => ({ text: `${fieldText(path)}: ${advice}`, at: path }));
}

function cidrAdvice(text: string, read: LegacyCidr): string[] {
  const canonical = formatCidr(read.block);
  if (text === canonical) return [];
  const value = goQuote(text);
  const block = goQuote(canonical);
  const advice: string[] = [];
  if (hasHostBits(read)) {
    const single = goQuote(`${formatAddress(read.address)}/${read.bits}`);
    advice.push(`CIDR value ${value} is ambiguous in this context (should be ${block} or ${single}?)`);
  }
  if (isNonStandard(text)) advice.push(`non-standard CIDR value ${value} is invalid: use ${block}`);
  if (advice.length === 0 && read.block.family === "IPv6") {
    advice.push(`IPv6 CIDR value ${value} should be in RFC 5952 canonical format (${block})`);
  }
  return advice;
}

/** Leading zeros, or IPv4-mapped. */
function isNonStandard(text: string): boolean {
  const address = addressPart(text);
  return address === undefined || parseCidr(text) === undefined || isMapped(address);
}

const hasHostBits = ({ address, block }: LegacyCidr): boolean =>
  address.family !== block.family || address.value !== block.first;
