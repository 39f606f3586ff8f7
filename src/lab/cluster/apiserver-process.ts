/**
 * The lab's API server as a process of its own, so that a lab that is kept keeps it.
 *
 * Arguments: which one, the unix socket to listen on beside loopback, and the file that tells its URL.
 */
import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { startApiServer } from "../apiserver.ts";
import { findAssets } from "../real-apiserver/assets.ts";
import { startRealApiServer } from "../real-apiserver/real-apiserver.ts";

const starters = {
  embedded: (socketPath: string) => startApiServer({ socketPath }),
  real: (socketPath: string) => {
    const assets = findAssets();
    if (assets === undefined) throw new Error("no real API server here; `make envtest-assets` makes one");
    return startRealApiServer(assets, { socketPath, parent: dirname(socketPath) });
  },
};

const isKind = (word: string | undefined): word is keyof typeof starters =>
  word !== undefined && word in starters;

const [kind, socketPath, urlFile] = process.argv.slice(2);
if (!isKind(kind) || socketPath === undefined || urlFile === undefined)
  throw new Error("usage: apiserver-process embedded|real SOCKET URL-FILE");

const { url } = await starters[kind](socketPath);
await writeFile(urlFile, url);
process.stdout.write("ready\n");
