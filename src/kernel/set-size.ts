/** How many entries each of our sets may have. */
export const MAX_ENTRIES = 1_048_576;
