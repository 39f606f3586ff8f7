/* Writes to nftables, in the network namespace that it is told, in the way that it is told, until it is killed. */
import { prefixExec, processExec } from "../../../src/kernel/exec.ts";
import { nftProcesses } from "../../../src/kernel/nftables/nft-processes.ts";
import { NftSessions } from "../../../src/kernel/session/nft-sessions.ts";
import { prefixSessionDoor, processSessionDoor } from "../../../src/kernel/session/session-door.ts";
import { must } from "../../support/must.ts";

const [netns, way, chains] = process.argv.slice(2);
const enter: [string, ...string[]] = ["ip", "netns", "exec", must(netns)];
const tooLong = () => Promise.reject(new Error("not by a session"));
const { write } =
  way === "kept open"
    ? must(
        new NftSessions(prefixSessionDoor(processSessionDoor, enter)).writer({
          write: tooLong,
          commands: () => 0,
        }),
      )
    : nftProcesses(prefixExec(processExec, enter));

// Cut nearly anywhere it is a transaction still: a chain with half a name.
const LONG = "x".repeat(40);
const script = (verb: string): string =>
  Array.from({ length: Number(chains) }, (_, i) => `${verb} chain ip selvedge c-${i}-${LONG}\n`).join("");
for (;;) {
  await write(script("add"));
  await write(script("delete"));
  process.stdout.write(".");
}
