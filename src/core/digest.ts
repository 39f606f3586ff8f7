// oxlint-disable-next-line no-restricted-imports -- A digest is a pure function; ours would only be a worse SHA-256.
import { createHash } from "node:crypto";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/**
 * SHA-256, the first 120 bits, in 24 characters of lower-case base32: what fits into a set's name beside a prefix.
 * Cryptographic, since tenants choose what is hashed and a collision would open one tenant's pods to another's peers.
 */
export function digest(text: string): string {
  const bytes = createHash("sha256").update(text).digest();
  let bits = bytes.readBigUInt64BE(0) << 56n;
  bits |= bytes.readBigUInt64BE(8) >> 8n;
  let result = "";
  for (let shift = 115n; shift >= 0n; shift -= 5n) result += ALPHABET[Number((bits >> shift) & 31n)];
  return result;
}
