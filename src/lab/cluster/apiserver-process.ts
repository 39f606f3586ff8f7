/**
 * The lab's API server as a process of its own, so that a lab that is kept keeps it.
 *
 * Arguments: the unix socket to listen on beside loopback, and the file that tells its URL.
 */
import { writeFile } from "node:fs/promises";
import { startApiServer } from "../apiserver.ts";

const [socketPath, urlFile] = process.argv.slice(2);
if (socketPath === undefined || urlFile === undefined)
  throw new Error("usage: apiserver-process SOCKET URL-FILE");

const { url } = await startApiServer({ socketPath });
await writeFile(urlFile, url);
process.stdout.write("ready\n");
