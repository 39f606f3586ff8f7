/** In characters: less than what is handed to a pipe at once (`wholeLines`), so that a program has all of it or nothing. */
export const ONE_PIECE = 16_000;
