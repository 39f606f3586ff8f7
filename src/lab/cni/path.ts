import { existsSync } from "node:fs";
import { join } from "node:path";

/** The plugins that the lab's pods go through. */
const CNI_PLUGINS: readonly string[] = ["loopback", "bridge", "ptp", "host-local", "portmap"];

// Debian's package; upstream's releases and most installers; Fedora's package.
const DIRECTORIES: readonly string[] = ["/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"];

/** The directory that holds all the plugins the lab needs, or undefined. */
export function findCniDir(): string | undefined {
  return DIRECTORIES.find((dir) => CNI_PLUGINS.every((plugin) => existsSync(join(dir, plugin))));
}
