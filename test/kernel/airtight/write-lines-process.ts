/* Hands more to a program that is slow to read than the pipe holds. Argument: the program, a line for the shell. */
import { processExec } from "../../../src/kernel/exec.ts";

const [line = ""] = process.argv.slice(2);
const input = Array.from({ length: 50_000 }, (_, i) => `add SV4-G-somebody 10.0.${i >> 8}.${i & 255}\n`).join(
  "",
);
process.stdout.write("ready\n");
await processExec({ command: "sh", args: ["-c", line], input });
