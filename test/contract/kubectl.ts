import { execFile } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { pino } from "pino";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { tellControllerObservers } from "../../src/daemon/controller/controller-observer.ts";
import { policyEvents } from "../../src/daemon/controller/policy-events.ts";
import { startController } from "../../src/daemon/controller/start-controller.ts";
import { PATIENCE } from "../daemon/fixture.ts";
import { type Subject, newClient, newNamespace } from "./subject.ts";

/** Of a real cluster's programs where they have been built, else the machine's own. */
function findKubectl(): string | undefined {
  const goMod = readFileSync(new URL("../envtest/go.mod", import.meta.url), "utf8");
  const version = /k8s\.io\/kubernetes (v[\d.]+)/u.exec(goMod)?.[1] ?? "";
  const { XDG_CACHE_HOME: cache = join(homedir(), ".cache"), PATH = "" } = process.env;
  const folders = [join(cache, "selvedge", "cluster", version), ...PATH.split(delimiter)];
  return folders
    .map((folder) => join(folder, "kubectl"))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

interface Ran {
  readonly code: number;
  readonly output: string;
}

const kubectl = findKubectl();
const reason = kubectl === undefined ? " [skipped: no kubectl here]" : "";
const run = promisify(execFile);

/** What users see and wait for, by their own tool: a controller publishes, and no enforcer is there. */
export function kubectlContract(subject: Subject): void {
  describe.skipIf(kubectl === undefined)(`kubectl${reason}`, () => {
    const ask = async (...args: readonly string[]): Promise<Ran> => {
      const cache = mkdtempSync(join(tmpdir(), "selvedge-kubectl-"));
      const own = [`--server=${subject().server.url}`, `--cache-dir=${cache}`];
      const env = { ...process.env, KUBECONFIG: "/dev/null" };
      try {
        const { stdout } = await run(kubectl ?? "", [...own, ...args], { env });
        return { code: 0, output: stdout };
      } catch (error) {
        const { code, stderr } = error as { readonly code: number; readonly stderr: string };
        return { code, output: stderr };
      } finally {
        rmSync(cache, { recursive: true, force: true });
      }
    };

    test("waits for Enforced, lists how far policies are, and what became of them", async () => {
      const { client, server } = subject();
      const namespace = await newNamespace(client);
      const stop = new AbortController();
      const { signal } = stop;
      const own = newClient(server.url);
      const log = pino({ level: "silent" });
      const faults: unknown[] = [];
      const tell = tellControllerObservers(
        [
          policyEvents({ client: own, identity: "kubectl", log, signal }),
          { failed: (error) => faults.push(error) },
        ],
        (error) => faults.push(error),
      );
      const times = { leaseDuration: 2_000, renewDeadline: 1_500, retryPeriod: 100 };
      const running = startController({ client: own, namespace, identity: "kubectl", tell, signal, times });
      onTestFinished(async () => {
        stop.abort();
        await running.done;
      });
      const create = async (name: string, app: string): Promise<void> => {
        const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
        const spec = { podSelector: { matchLabels: { app } }, policyTypes: ["Ingress"] };
        const body = {
          apiVersion: "networking.k8s.io/v1",
          kind: "NetworkPolicy",
          metadata: { name },
          spec,
        };
        await client.request({ method: "POST", path, body });
      };
      const metadata = { name: "web", labels: { app: "web" } };
      const spec = { nodeName: "nobody-enforces", containers: [{ name: "c", image: "i" }] };
      const pods = `/api/v1/namespaces/${namespace}/pods`;
      await client.request({
        method: "POST",
        path: pods,
        body: { apiVersion: "v1", kind: "Pod", metadata, spec },
      });
      await create("nobody", "none");
      await create("web", "web");
      const path = `/apis/selvedge.dev/v1alpha1/namespaces/${namespace}/compiledpolicies`;
      const published = async (): Promise<void> => {
        const { items } = (await client.request({ path })) as { readonly items: readonly unknown[] };
        expect(items).toHaveLength(2);
      };
      await vi.waitFor(published, PATIENCE);
      const wait = (name: string, timeout: string): Promise<Ran> =>
        ask("wait", "--for=condition=Enforced", `compiledpolicy/${name}`, "-n", namespace, timeout);
      expect(await wait("nobody", "--timeout=30s")).toEqual({
        code: 0,
        output: "compiledpolicy.selvedge.dev/nobody condition met\n",
      });
      const late = await wait("web", "--timeout=1s");
      expect(late.code).toBe(1);
      expect(late.output).toContain("timed out waiting for the condition on compiledpolicies/web");
      const listed = await ask("get", "cpol", "-n", namespace);
      expect(listed.output.split("\n")[0]).toMatch(/^NAME\s+COMPILED\s+ENFORCED/);
      expect(listed.output).toMatch(/^web\s+True\s+False/m);
      if (!server.isReal) return;
      // The embedded API server keeps one kind of Event; a real one shows it as core's, too, and that is what kubectl lists.
      await vi.waitFor(async () => {
        const { output } = await ask("events", "--for=networkpolicy/nobody", "-n", namespace);
        expect(output).toMatch(/Normal\s+Compiled\s+NetworkPolicy\/nobody\s+all of it is compiled/);
        expect(output).toMatch(/Normal\s+Enforced\s.*enforced on 0 nodes after [\d.]+ m?s/);
      }, PATIENCE);
      expect(faults).toEqual([]);
    }, 90_000);
  });
}
