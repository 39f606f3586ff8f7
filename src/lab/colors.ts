import { isatty } from "node:tty";
import pc from "picocolors";

/** Colours for people: on a terminal, and not where NO_COLOR asks for none. A log is no terminal, in CI either. */
export const colors = pc.createColors(isatty(process.stdout.fd) && pc.isColorSupported);
