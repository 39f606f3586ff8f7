/** `make image`: the image of deploy/Containerfile as an OCI archive, below build/. */
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { architectureOf, ownArchitecture } from "./image/architecture.ts";
import { archiveImage, buildImage } from "./image/build-image.ts";

const [asked] = process.argv.slice(2);
const architecture = asked === undefined ? ownArchitecture() : architectureOf(asked);
// Debian's packages are configured by their own programs: another architecture's want an emulator that the kernel knows.
const EMULATORS = { amd64: "qemu-x86_64", arm64: "qemu-aarch64" } as const;
if (
  architecture !== ownArchitecture() &&
  !existsSync(`/proc/sys/fs/binfmt_misc/${EMULATORS[architecture]}`)
) {
  console.error(`image: ${architecture} is built on such a machine, or with Debian's qemu-user-static here`);
  process.exit(1);
}
const archive = `build/selvedge-linux-${architecture}.tar`;
const name = await buildImage(architecture);
await archiveImage(name, archive);
const { size } = await stat(archive);
console.log(`${archive}: ${name}, linux/${architecture}, ${(size / 2 ** 20).toFixed(0)} MiB compressed`);
