/**
 * A door from a node's loopback to the machine's API server: listens on 127.0.0.1 in the node's network
 * namespace and pipes each connection to a unix socket, which knows no network namespaces.
 *
 * Arguments: the port, the socket's path.
 */
import { connect, createServer } from "node:net";
import { pipeline } from "node:stream";

const [port, socketPath] = process.argv.slice(2);
if (port === undefined || socketPath === undefined) throw new Error("usage: forwarder PORT SOCKET");

const server = createServer({ allowHalfOpen: true }, (near) => {
  const far = connect({ path: socketPath, allowHalfOpen: true });
  // An end that breaks takes the other with it; whoever speaks HTTP over it sees a closed connection.
  const broken = (error: Error | null | undefined): void => {
    if (!error) return;
    near.destroy();
    far.destroy();
  };
  pipeline(near, far, broken);
  pipeline(far, near, broken);
});
server.listen(Number(port), "127.0.0.1", () => {
  process.stdout.write("ready\n");
});
