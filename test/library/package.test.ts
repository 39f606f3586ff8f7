import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pack, project, run, temporary, tool } from "./packed.ts";

let folder: string;
let tarball: string;
/** An empty project into which the tarball was installed. */
let user: string;

beforeAll(() => {
  folder = temporary();
  tarball = pack(folder);
  user = project(folder, tarball);
});
afterAll(() => rmSync(folder, { recursive: true }));

function inFile(name: string, text: string): string {
  writeFileSync(join(user, name), text);
  return name;
}

describe("the packed package", () => {
  it("pleases publint", async () => {
    const bytes = new Uint8Array(readFileSync(tarball)).buffer;
    const { messages } = await publint({ pack: { tarball: bytes }, strict: true });
    expect(messages).toEqual([]);
  });

  it("has types that are right wherever it is imported from", () => {
    const attw = fileURLToPath(
      new URL("dist/index.js", import.meta.resolve("@arethetypeswrong/cli/package.json")),
    );
    // ESM only: Node's require() takes it, older loaders of CommonJS do not.
    const { status, output } = run(folder, process.execPath, attw, "--profile", "esm-only", tarball);
    expect(output).toContain("node16 (from ESM)");
    expect(status, output).toBe(0);
  });

  it("needs no other package", () => {
    const manifest: unknown = JSON.parse(
      readFileSync(join(user, "node_modules/selvedge/package.json"), "utf8"),
    );
    for (const field of ["dependencies", "peerDependencies", "optionalDependencies"])
      expect(manifest).not.toHaveProperty(field);
    expect(readdirSync(join(user, "node_modules")).filter((name) => !name.startsWith("."))).toEqual([
      "fast-check",
      "selvedge",
      "vitest",
    ]);
  });

  it("gives the licences of the packages whose code it bundles", () => {
    const text = readFileSync(join(user, "node_modules/selvedge/dist/THIRD-PARTY.txt"), "utf8");
    for (const bundled of ["zod", "yaml", "commander", "pino", "@kubernetes/client-node"])
      expect(text).toMatch(new RegExp(String.raw`^--- ${bundled} \d+\.\d+\.\d+ \(.+\)$`, "m"));
    expect(text).not.toContain("--- vitest");
  });

  it("names nothing of the machine that built it", () => {
    const installed = join(user, "node_modules/selvedge");
    const here = [process.cwd(), folder];
    const files = readdirSync(installed, { recursive: true, withFileTypes: true });
    const telling = files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name))
      .filter((file) => here.some((path) => readFileSync(file, "utf8").includes(path)));
    expect(telling).toEqual([]);
  });
});

describe("installed into an empty project", () => {
  const question = `
const { party, program } = await loadCluster(["manifests"]);
const [from, to] = [party("payments/api"), party("payments/ledger")];
const { certain } = reach(program, from, to);
console.log(formatPorts(certain.TCP), can(program, { from, to, flow: { protocol: "TCP", port: 80 } }).verdict);
`;

  it("is imported from JavaScript", () => {
    const file = inFile(
      "use.js",
      `import { can, formatPorts, loadCluster, reach } from "selvedge";${question}`,
    );
    expect(run(user, process.execPath, file)).toEqual({ status: 0, output: "5432 denied\n" });
  });

  it("is required from CommonJS", () => {
    const file = inFile(
      "use.cjs",
      `const { can, formatPorts, loadCluster, reach } = require("selvedge");\n(async () => {${question}})();`,
    );
    expect(run(user, process.execPath, file)).toEqual({ status: 0, output: "5432 denied\n" });
  });

  /** As strict as can be, and with no types but the package's own: not even Node's. */
  function check(file: string): ReturnType<typeof run> {
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      module: "nodenext",
      target: "es2022",
      types: [],
      skipLibCheck: false,
      noEmit: true,
    };
    inFile("tsconfig.json", JSON.stringify({ compilerOptions, files: [file] }));
    return run(user, tool("tsc"));
  }

  it("is typed for TypeScript", () => {
    const file = inFile(
      "use.ts",
      `import { type Bounds, type Cluster, type Pod, compile, loadCluster, podEnd, reach } from "selvedge";
const { cluster, party }: { cluster: Cluster; party: unknown } = await loadCluster(["manifests"]);
export const pods: readonly Pod[] = cluster.pods;
const [pod] = pods;
if (pod === undefined || typeof party !== "function") throw new Error("nobody");
const self = { name: "self", end: podEnd(pod), several: false };
export const bounds: Bounds = reach(compile(cluster), self, self);
`,
    );
    expect(check(file)).toEqual({ status: 0, output: "" });
  });

  it("has types that refuse what makes no sense", () => {
    const file = inFile("misuse.ts", 'import { podEnd } from "selvedge";\npodEnd("payments/ledger");\n');
    const { status, output } = check(file);
    expect(status).not.toBe(0);
    expect(output).toContain("misuse.ts(2,8)");
  });

  it("brings the command line", () => {
    const question = ["can", "-f", "manifests", "payments/api", "payments/ledger:postgres"];
    const { status, output } = run(user, "npx", "--offline", "selvedge", ...question);
    expect(output).toContain("yes\n");
    expect(status).toBe(0);
  });
});

describe("the example of docs/library.md", () => {
  const policy = (name: string, from: string): string => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: payments }
spec:
  podSelector: { matchLabels: { app: ledger } }
  ingress: [{ from: [${from}] }]
`;
  const vitest = (spec: string): ReturnType<typeof run> =>
    run(user, process.execPath, "node_modules/vitest/vitest.mjs", "run", "--no-color", spec);
  function withPolicy(text: string, spec: string): ReturnType<typeof run> {
    const file = join(user, "manifests/hole.yaml");
    writeFileSync(file, text);
    try {
      return vitest(spec);
    } finally {
      rmSync(file);
    }
  }

  it.each(["ledger.spec.ts", "strangers.spec.ts"])("runs: %s", (spec) => {
    const { status, output } = vitest(spec);
    expect(output).toContain("1 passed");
    expect(status).toBe(0);
  });

  it("finds a policy that opens the ledger to somebody, and names them", () => {
    const hole = policy(
      "metrics",
      "{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: monitoring } } }",
    );
    const { status, output } = withPolicy(hole, "ledger.spec.ts");
    expect(status).toBe(1);
    expect(output).toContain("monitoring/prometheus");
  });

  it("finds a policy that opens the ledger to a single address", () => {
    const hole = policy("office", "{ ipBlock: { cidr: 203.0.113.9/32 } }");
    const { status, output } = withPolicy(hole, "ledger.spec.ts");
    expect(status).toBe(1);
    expect(output).toContain("Counterexample");
  });

  it("finds a policy that opens the ledger to whoever will bear a label", () => {
    // A selector of namespaces that was meant for one and matches all: today nobody elsewhere is called "api".
    const hole = policy(
      "api-everywhere",
      "{ namespaceSelector: {}, podSelector: { matchLabels: { app: api } } }",
    );
    expect(withPolicy(hole, "ledger.spec.ts").status).toBe(0);
    const { status, output } = withPolicy(hole, "strangers.spec.ts");
    expect(status).toBe(1);
    expect(output).toContain('"app":"api"');
  });
});
