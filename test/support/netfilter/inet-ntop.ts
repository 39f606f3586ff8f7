import { type Bits, textOfBits } from "../bits.ts";

/** An address as glibc's `inet_ntop` prints it, and so ipset: RFC 5952, with IPv4 at the end where it is mapped. */
export function inetNtop(bits: Bits): string {
  const plain = textOfBits(bits);
  if (bits.length === 32) return plain;
  const isMapped = bits.startsWith(`${"0".repeat(80)}${"1".repeat(16)}`);
  if (isMapped) return `::ffff:${textOfBits(bits.slice(96))}`;
  // The URL standard prints hosts as RFC 5952 does.
  return new URL(`http://[${plain}]/`).hostname.slice(1, -1);
}
