import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { COREDNS, FLANNEL, KUBERNETES, programs } from "./cache.ts";
import { run } from "./run.ts";

/** One program that the Go toolchain builds. */
export interface GoProgram {
  readonly name: string;
  readonly build: (out: string) => Promise<unknown>;
}

const MODULE = fileURLToPath(new URL("..", import.meta.url));
const [, major = "", minor = ""] = /^v(\d+)\.(\d+)/.exec(KUBERNETES) ?? [];

const ldflags = [
  "-s -w",
  `-X k8s.io/component-base/version.gitVersion=${KUBERNETES}`,
  `-X k8s.io/component-base/version.gitMajor=${major}`,
  `-X k8s.io/component-base/version.gitMinor=${minor}`,
  `-X k8s.io/client-go/pkg/version.gitVersion=${KUBERNETES}`,
].join(" ");

/** Polite: a build takes both cores for minutes, and others may be at work. */
const go = (args: readonly string[], cwd: string, cgo = "0"): Promise<string> =>
  run("nice", ["-n", "10", "go", ...args], { cwd, env: { CGO_ENABLED: cgo, GOFLAGS: "-buildvcs=false" } });

const kubernetes = (path: string): GoProgram => ({
  name: path.split("/").at(-1) ?? path,
  build: (out) =>
    go(["build", "-trimpath", "-ldflags", ldflags, "-o", out, `k8s.io/kubernetes/${path}`], MODULE),
});

const e2e: GoProgram = {
  name: "e2e.test",
  build: (out) =>
    go(["test", "-c", "-trimpath", "-ldflags", ldflags, "-o", out, "k8s.io/kubernetes/test/e2e"], MODULE),
};

/** Runs upstream's tests beside each other, at the version that they are built with. */
const ginkgo: GoProgram = {
  name: "ginkgo",
  build: (out) => go(["build", "-trimpath", "-o", out, "github.com/onsi/ginkgo/v2/ginkgo"], MODULE),
};

/**
 * flanneld, from a copy of its module without the backend for Tencent's cloud, whose own module not every proxy has. With
 * cgo: its UDP backend is partly in C.
 */
const flanneld: GoProgram = {
  name: "flanneld",
  build: async (out) => {
    const folder = await mkdtemp(join(tmpdir(), "selvedge-flannel-"));
    try {
      const answer = await go(
        ["mod", "download", "-json", `github.com/flannel-io/flannel@${FLANNEL}`],
        folder,
      );
      const { Dir } = JSON.parse(answer) as { readonly Dir: string };
      const source = join(folder, "src");
      await cp(Dir, source, { recursive: true });
      await run("chmod", ["-R", "u+w", source]);
      const main = join(source, "main.go");
      const text = await readFile(main, "utf8");
      await writeFile(main, text.replace(/^.*backend\/tencentvpc"\n/m, ""));
      await rm(join(source, "pkg/backend/tencentvpc"), { recursive: true });
      const version = `-s -w -X github.com/flannel-io/flannel/pkg/version.Version=${FLANNEL}`;
      await go(["build", "-mod=mod", "-trimpath", "-ldflags", version, "-o", out, "."], source, "1");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

const coredns: GoProgram = {
  name: "coredns",
  build: async (out) => {
    const folder = await mkdtemp(join(tmpdir(), "selvedge-coredns-"));
    try {
      const module = `module coredns\n\ngo 1.26.0\n\ntool github.com/coredns/coredns\n\nrequire github.com/coredns/coredns ${COREDNS}\n`;
      await writeFile(join(folder, "go.mod"), module);
      await go(["mod", "tidy", "-e"], folder);
      await go(["build", "-trimpath", "-ldflags", "-s -w", "-o", out, "github.com/coredns/coredns"], folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Those without which there is no cluster, in the order in which they share most of what is compiled. */
export const goPrograms: readonly GoProgram[] = [
  ...[
    "cmd/kube-apiserver",
    "cmd/kube-controller-manager",
    "cmd/kube-scheduler",
    "cmd/kube-proxy",
    "cmd/kubectl",
    "cmd/kubelet",
    "test/images/agnhost",
  ].map(kubernetes),
  e2e,
  ginkgo,
  flanneld,
];

/** Wanted, and done without where it cannot be had. */
export const optionalGoPrograms: readonly GoProgram[] = [coredns];

export const isBuilt = ({ name }: GoProgram): boolean => existsSync(join(programs, name));

/** Builds one; it stands in the cache only once it is whole. */
export async function buildProgram({ name, build }: GoProgram): Promise<void> {
  await mkdir(programs, { recursive: true });
  const partial = join(programs, `.${name}.${process.pid}`);
  await build(partial);
  await rename(partial, join(programs, name));
}
