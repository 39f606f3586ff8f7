/** An object that means something else on either side. How it is written does not count. */
export interface Edit {
  /** `end`: a pod, a workload's template, or a node. */
  readonly kind: "policy" | "namespace" | "end";
  /** `shop/web`; of a namespace its name, of an end the party's. */
  readonly key: string;
  readonly change: "added" | "removed" | "changed";
}

/** Tells edits of one comparison apart, and sorts them; says nothing of the direction in which one looks. */
export const editId = ({ kind, key }: Edit): string => `${kind} ${key}`;

export const compareEdits = (a: Edit, b: Edit): number =>
  editId(a) < editId(b) ? -1 : editId(a) > editId(b) ? 1 : 0;
