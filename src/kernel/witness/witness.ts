/** Where a witness's account stands at a moment; means something only to the witness that gave it. */
export interface Mark {
  /** The unbroken account that it is of: what was missed between two accounts nobody knows. */
  readonly account: object;
  /** The writes of others that were seen in it. */
  readonly others: number;
}

/** What a witness says of the time since a mark. */
export type Testimony =
  /** Nothing: it has missed something, or had not begun. */
  | { readonly kind: "blind" }
  /** Others have written to what is ours. */
  | { readonly kind: "disturbed" }
  /** Nobody else has, up to this moment (`performance.now()`); of what came after it nothing is known yet. */
  | { readonly kind: "undisturbed"; readonly until: number };

/**
 * Who sees others write to what is ours, as it happens. It spares readings where they cannot be had, and hurries them where something
 * was seen; it never contradicts one. One that sees nothing leaves all to the looks.
 */
export interface Witness {
  /** What it sees of ours: with iptables rules alone, as sets are not of nftables. */
  readonly sees: "rules" | "rules and sets";
  /** Begins to watch; tells of each write of others that it sees. */
  readonly watch: (onOthers: () => void) => void;
  /** Now; nothing while it has no account to compare with. A write that was before it may be counted after it, never the reverse. */
  readonly mark: () => Mark | undefined;
  readonly since: (mark: Mark | undefined) => Testimony;
  /** Ends it; fulfilled when nothing of it runs any more. */
  readonly close: () => Promise<void>;
}
