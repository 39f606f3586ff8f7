import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ExecResult, processExec } from "../../../src/kernel/exec.ts";
import { useServer } from "./fixture.ts";

const { code } = await processExec({ command: "kubectl", args: ["version", "--client"] });

const POLICY = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  ingress:
    - ports: [{ port: 80, protocol: TCP }]
`;

const DEPLOYMENT = (image: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: web, image: ${image}, ports: [{ containerPort: 80 }] }
        - { name: sidecar, image: side }
`;

const absent = code !== 0;

describe.skipIf(absent)(`kubectl${absent ? " [skipped: kubectl is not installed]" : ""}`, () => {
  const use = useServer();
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kubectl-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = (args: readonly string[], input?: string): Promise<ExecResult> =>
    processExec({
      command: "kubectl",
      args: [`--server=${use().server.url}`, `--cache-dir=${join(folder, "cache")}`, ...args],
      env: { HOME: folder, KUBECONFIG: join(folder, "none") },
      ...(input === undefined ? {} : { input }),
    });

  const kubectl = async (line: string, input?: string): Promise<string> => {
    const { code, stdout, stderr } = await run(line.split(" "), input);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  };

  test("creates, applies, labels, patches, edits and deletes", async () => {
    expect(await kubectl("create namespace shop")).toBe("namespace/shop created\n");
    expect(await kubectl("create configmap c -n shop --from-literal=a=1 -o jsonpath={.data.a}")).toBe("1");
    expect(await kubectl("apply -f -", POLICY)).toContain("web created");
    expect(await kubectl("apply -f -", POLICY)).toContain("web unchanged");
    expect(await kubectl("get netpol -A")).toMatch(
      /NAMESPACE +NAME +POD-SELECTOR +AGE\nshop +web +app=web +\d+s\n/u,
    );
    expect(await kubectl("label netpol web -n shop a=b")).toContain("labeled");
    expect(await kubectl('patch netpol web -n shop --type=merge -p {"spec":{"egress":[{}]}}')).toContain(
      "patched",
    );
    expect(await kubectl("get netpol web -n shop -o jsonpath={.metadata.generation}")).toBe("2");
    expect(await kubectl("get netpol web -n shop -o yaml")).toContain("kind: NetworkPolicy");
    const editor = join(folder, "editor.sh");
    await writeFile(editor, "#!/bin/sh\nsed -i 's/port: 80/port: 81/' \"$1\"\n", { mode: 0o755 });
    const edited = await processExec({
      command: "kubectl",
      args: [`--server=${use().server.url}`, "edit", "netpol", "web", "-n", "shop"],
      env: { HOME: folder, KUBECONFIG: join(folder, "none"), KUBE_EDITOR: editor },
    });
    expect(edited.stdout).toContain("edited");
    expect(await kubectl("get netpol web -n shop -o jsonpath={.spec.ingress[0].ports[0].port}")).toBe("81");
    expect(await kubectl("delete netpol web -n shop")).toContain("deleted");
    expect((await run(["get", "netpol", "web", "-n", "shop"])).stderr).toContain("NotFound");
  });

  test("applies server-side, and reports conflicts", async () => {
    await kubectl("apply -f -", DEPLOYMENT("one").replaceAll("shop", "default"));
    const serverSide = "apply --server-side -f -";
    expect(
      await kubectl(`${serverSide} --field-manager=other`, DEPLOYMENT("one").replaceAll("shop", "default")),
    ).toContain("serverside-applied");
    await kubectl("set image deploy/web web=two");
    const refused = await run(
      [...serverSide.split(" "), "--field-manager=other"],
      DEPLOYMENT("three").replaceAll("shop", "default"),
    );
    expect(refused.stderr).toContain(
      'conflict with "kubectl-set" using apps/v1: .spec.template.spec.containers[name="web"].image',
    );
    await kubectl(`${serverSide} --force-conflicts`, DEPLOYMENT("three").replaceAll("shop", "default"));
    expect(await kubectl("get deploy web -o jsonpath={.spec.template.spec.containers[*].image}")).toBe(
      "three side",
    );
    // The strategic merge of a client-side apply finds containers by name.
    await kubectl("apply --force-conflicts=false -f -", DEPLOYMENT("four").replaceAll("shop", "default"));
    expect(await kubectl("get deploy web -o jsonpath={.spec.template.spec.containers[*].image}")).toBe(
      "four side",
    );
  });

  test("discovers, waits and watches", async () => {
    expect(await kubectl("api-resources --api-group=networking.k8s.io -o name")).toBe(
      "networkpolicies.networking.k8s.io\n",
    );
    expect(await kubectl("version")).toContain("Server Version: v1.36.2");
    use().server.seed({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "n1" },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    });
    expect(await kubectl("wait --for=condition=Ready node/n1 --timeout=5s")).toContain("condition met");
    expect(await kubectl("get nodes")).toMatch(/n1 +Ready/u);
    const watched = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "watched", namespace: "default" },
    };
    use().server.seed({ ...watched, data: { a: "1" } });
    const waiting = kubectl("wait configmap/watched --for=jsonpath={.data.a}=2 --timeout=20s");
    use().server.seed({ ...watched, data: { a: "2" } });
    expect(await waiting).toContain("condition met");
  });
});
