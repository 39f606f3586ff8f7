/** `make image`: the image of deploy/Containerfile as an OCI archive, below build/. */
import { stat } from "node:fs/promises";
import { architectureOf, ownArchitecture } from "./image/architecture.ts";
import { archiveImage, buildImage } from "./image/build-image.ts";

const [asked] = process.argv.slice(2);
const architecture = asked === undefined ? ownArchitecture() : architectureOf(asked);
const archive = `build/selvedge-linux-${architecture}.tar`;
const name = await buildImage(architecture);
await archiveImage(name, archive);
const { size } = await stat(archive);
console.log(`${archive}: ${name}, linux/${architecture}, ${(size / 2 ** 20).toFixed(0)} MiB compressed`);
