/* Keeps a program open, reads another as a stream and runs a third, tells their process ids, and waits to be killed. */
import { processExec } from "../../../src/kernel/exec.ts";
import { mortalExec } from "../../../src/kernel/mortal.ts";
import { processSessionDoor } from "../../../src/kernel/session/session-door.ts";
import { processStreamExec } from "../../../src/kernel/stream-exec.ts";

const tell = (text: string | Buffer): void => void process.stdout.write(text);
const command = "/bin/sh";
// None of them looks at its pipes.
const args = ["-c", "echo $$; exec /bin/sleep 1000"];

processSessionDoor({ command, args, onOutput: tell, onError: tell, onEnd: tell });
void processStreamExec({ command, args, onData: tell, signal: new AbortController().signal });
// What it says is known when it has ended, which it never does: so it writes to this process's output, a file, itself.
void mortalExec(processExec)({
  command,
  args: ["-c", `echo $$ >>/proc/${process.pid}/fd/1; exec /bin/sleep 1000`],
});
