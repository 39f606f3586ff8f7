/**
 * What the shell learns: yes or clean, no or changes, bad usage or input, an answer with something missing; and a bug of
 * ours, as sysexits.h numbers it.
 */
export const exitCodes = { yes: 0, no: 1, badInput: 2, incomplete: 3, bug: 70 } as const;

/** Something the user can mend; shown as it is, without a stack, and ends with `badInput`. */
export class UsageError extends Error {}
