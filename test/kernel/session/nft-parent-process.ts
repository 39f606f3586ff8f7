/* Writes to nftables, in the network namespace that it is told, by an nft that is kept open, until it is killed. */
import { must } from "../../support/must.ts";
import { NftSessions } from "../../../src/kernel/session/nft-sessions.ts";
import { prefixSessionDoor, processSessionDoor } from "../../../src/kernel/session/session-door.ts";

const [netns, length] = process.argv.slice(2);
const sessions = new NftSessions(prefixSessionDoor(processSessionDoor, ["ip", "netns", "exec", must(netns)]));
const tooLong = () => Promise.reject(new Error("not by a session"));
const { write } = must(sessions.writer({ write: tooLong, commands: () => 0 }));

// Cut nearly anywhere it is a transaction still: a chain with half a name.
const LONG = "x".repeat(40);
const script = (verb: string): string =>
  Array.from({ length: Number(length) / 80 }, (_, i) => `${verb} chain ip selvedge c-${i}-${LONG}\n`).join(
    "",
  );
for (;;) {
  await write(script("add"));
  await write(script("delete"));
  process.stdout.write(".");
}
