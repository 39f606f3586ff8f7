/**
 * A program in a pod's network namespace: tries new TCP connections to one place, one every few milliseconds, each from a port of its own.
 * A line of standard input names the place, "address port", or nothing; goes out, a line each: "open BEGAN ENDED", in milliseconds.
 */
import { connect } from "node:net";
import { createInterface } from "node:readline";

const EVERY = 4;
const PATIENCE = 900;
let place: { readonly host: string; readonly port: number } | undefined;

const now = (): string => (performance.timeOrigin + performance.now()).toFixed(2);

function knock(): void {
  if (place === undefined) return;
  const began = now();
  const socket = connect(place);
  const timer = setTimeout(() => socket.destroy(), PATIENCE);
  socket.once("error", () => undefined);
  socket.once("close", () => clearTimeout(timer));
  socket.once("connect", () => {
    process.stdout.write(`open ${began} ${now()}\n`);
    socket.resetAndDestroy();
  });
}

setInterval(knock, EVERY);
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [host = "", port = ""] = line.split(" ");
    place = host === "" ? undefined : { host, port: Number(port) };
  })
  .on("close", () => process.exit());
process.stdout.write("ready\n");
