import { homedir } from "node:os";
import { join } from "node:path";

/** Kubernetes as go.mod pins it. */
export const KUBERNETES = "v1.36.3";
export const FLANNEL = "v0.28.10";
export const COREDNS = "v1.14.7";

/** Where what is built and fetched is kept, once a machine: outside of the repository, and of no use to anybody else. */
export const cacheRoot = join(
  process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
  "selvedge",
  "cluster",
);

/** Kubernetes' programs, flanneld and coredns. */
export const programs = join(cacheRoot, KUBERNETES);

/** Debian's packages, unpacked; nothing of them is installed on the machine. */
export const debian = join(cacheRoot, "debian");

/** Images as archives that containerd imports. */
export const images = join(cacheRoot, "images");
