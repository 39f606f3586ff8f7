import { createHash } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const CHAIN_LENGTH = 16;

/** The chains of one port of a Service. */
export interface ServiceChains {
  /** All endpoints. */
  readonly cluster: string;
  /** The node's own endpoints. */
  readonly local: string;
  /** What comes from outside the cluster. */
  readonly external: string;
}

/** kube-proxy's names for a service port, which it calls `namespace/name:port`. */
export function serviceChains(servicePort: string, protocol: string): ServiceChains {
  const hash = chainHash(servicePort + protocol);
  return { cluster: `KUBE-SVC-${hash}`, local: `KUBE-SVL-${hash}`, external: `KUBE-EXT-${hash}` };
}

/** kube-proxy's name for one endpoint (`address:port`) of a service port. */
export function endpointChain(servicePort: string, protocol: string, endpoint: string): string {
  return `KUBE-SEP-${chainHash(servicePort + protocol + endpoint)}`;
}

/** As kube-proxy's `portProtoHash`. */
const chainHash = (text: string): string => base32Hash(text, CHAIN_LENGTH);

/** The first characters of the base32 of the SHA-256. */
export function base32Hash(text: string, length: number): string {
  const digest = createHash("sha256").update(text).digest();
  return Array.from({ length }, (_, i) => ALPHABET[fiveBits(digest, i * 5)] ?? "").join("");
}

/** Five bits of the buffer from bit `at`, most significant first. */
function fiveBits(bytes: Buffer, at: number): number {
  return (bytes.readUInt16BE(at >> 3) >> (11 - (at & 7))) & 0x1f;
}
