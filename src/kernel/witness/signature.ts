import { randomBytes } from "node:crypto";

/**
 * Tells transactions of this process from others', to whoever watches them: the process id in the kernel's own account is of the first
 * pid namespace, which a container does not see. Each makes a chain and deletes it again, which nobody sees but who
 * watches. Its name says when it was signed, too.
 */
export class Signature {
  /** With eight digits of time no longer than iptables takes for a chain, which is 28 bytes. */
  readonly #ours = `SV-BY-${randomBytes(6).toString("hex")}-`;

  /** The name of the chain that signs a transaction, which is written now. */
  sign(): string {
    return this.#ours + Math.floor(performance.now()).toString(36);
  }

  /** When this signature was given, in milliseconds by `performance.now()`; nothing for one that is not ours. */
  whenGiven(signature: string): number | undefined {
    return signature.startsWith(this.#ours)
      ? Number.parseInt(signature.slice(this.#ours.length), 36)
      : undefined;
  }
}
