import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type Server, createServer as createPlain } from "node:http";
import { createServer as createSecure } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { stringify } from "yaml";
import { connect, connectContext } from "../../src/kube/connect.ts";
import { startApiServer } from "../../src/lab/apiserver.ts";
import { dig } from "../lab/apiserver/fixture.ts";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "connect-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

interface Kubeconfig {
  readonly server: string;
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
}

/** Writes a kubeconfig of one context, `here`, which is current; another, `nowhere`, leads to a dead end. */
async function kubeconfigFor({ server, cluster = {}, user = {} }: Kubeconfig): Promise<string> {
  const path = join(await folder(), "config");
  // The client library takes plain HTTP only with this.
  const plain = server.startsWith("http:") ? { "insecure-skip-tls-verify": true } : {};
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "c", cluster: { server, ...plain, ...cluster } },
      { name: "dead", cluster: { server: "http://127.0.0.1:1", ...plain } },
    ],
    users: [{ name: "u", user }],
    contexts: [
      { name: "here", context: { cluster: "c", user: "u" } },
      { name: "nowhere", context: { cluster: "dead", user: "u" } },
    ],
    "current-context": "here",
  };
  await writeFile(path, stringify(config));
  return path;
}

/** Listens until the test ends; answers with the headers that it got. */
async function echoing(server: Server): Promise<number> {
  server.on("request", (request, response) => response.end(JSON.stringify(request.headers)));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** The authorization that a server is shown by one who connects so. */
async function shown(options: Parameters<typeof connect>[0]): Promise<unknown> {
  const client = await connect(options);
  onTestFinished(() => client.close());
  return dig(await client.request({ path: "/" }), "authorization");
}

describe("connects", () => {
  test("to a URL, without credentials", async () => {
    const port = await echoing(createPlain());
    expect(await shown({ server: `http://127.0.0.1:${port}` })).toBeUndefined();
  });

  test("as a kubeconfig's current context says", async () => {
    const port = await echoing(createPlain());
    const kubeconfig = await kubeconfigFor({ server: `http://127.0.0.1:${port}`, user: { token: "t" } });
    expect(await shown({ kubeconfig })).toBe("Bearer t");
  });

  test("as another context says", async () => {
    const port = await echoing(createPlain());
    const kubeconfig = await kubeconfigFor({ server: `http://127.0.0.1:${port}` });
    await expect(shown({ kubeconfig, context: "nowhere" })).rejects.toThrow("ECONNREFUSED");
  });

  test("with a name and a password", async () => {
    const port = await echoing(createPlain());
    const user = { username: "anna", password: "geheim:1" };
    const kubeconfig = await kubeconfigFor({ server: `http://127.0.0.1:${port}`, user });
    expect(await shown({ kubeconfig })).toBe(`Basic ${Buffer.from("anna:geheim:1").toString("base64")}`);
  });
});

describe("says in words", () => {
  test("that there is no such context", async () => {
    const kubeconfig = await kubeconfigFor({ server: "http://127.0.0.1:1" });
    await expect(connect({ kubeconfig, context: "typo" })).rejects.toThrow("no cluster");
  });

  test("that there is no such file", async () => {
    await expect(connect({ kubeconfig: join(await folder(), "none") })).rejects.toThrow("ENOENT");
  });

  test("that a URL is none", async () => {
    await expect(connect({ server: "localhost" })).rejects.toThrow("Invalid URL");
  });
});

test("a token that rotates on disk is taken up", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const tokenFile = join(await folder(), "token");
  await writeFile(tokenFile, "first");
  const asked: string[] = [];
  const server = await startApiServer({
    onRequest: ({ headers }) => asked.push(headers["authorization"] ?? ""),
  });
  onTestFinished(() => server.close());
  const user = { "auth-provider": { name: "tokenFile", config: { tokenFile } } };
  const client = await connect({ kubeconfig: await kubeconfigFor({ server: server.url, user }) });
  onTestFinished(() => client.close());
  await client.request({ path: "/api/v1/nodes" });
  await writeFile(tokenFile, "second");
  vi.setSystemTime(Date.now() + 120_000);
  await client.request({ path: "/api/v1/nodes" });
  await rm(tokenFile);
  vi.setSystemTime(Date.now() + 120_000);
  await expect(client.request({ path: "/api/v1/nodes" })).rejects.toThrow("ENOENT");
  await writeFile(tokenFile, "third");
  await client.request({ path: "/api/v1/nodes" });
  expect(asked).toEqual(["Bearer first", "Bearer second", "Bearer third"]);
});

const OPENSSL = "openssl";

const hasOpenssl = ((): boolean => {
  try {
    execFileSync(OPENSSL, ["version"]);
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasOpenssl)(`over TLS${hasOpenssl ? "" : " [skipped: needs openssl]"}`, () => {
  interface Certificate {
    readonly cert: string;
    readonly key: string;
  }

  /** A certificate that vouches for itself, for one name and nothing else. */
  async function selfSigned(name: string, kind: "DNS" | "IP" = "DNS"): Promise<Certificate> {
    const at = await folder();
    const [cert, key] = [join(at, "cert.pem"), join(at, "key.pem")];
    const subject = ["-subj", `/CN=${name}`, "-addext", `subjectAltName=${kind}:${name}`];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    execFileSync(OPENSSL, ["req", "-x509", ...curve, ...subject, "-keyout", key, "-out", cert], {
      stdio: "ignore",
    });
    return { cert, key };
  }

  async function secure(more: object = {}): Promise<{ readonly url: string; readonly cert: string }> {
    const { cert, key } = await selfSigned("api.test");
    const server = createSecure({ cert: readFileSync(cert), key: readFileSync(key), ...more });
    return { url: `https://127.0.0.1:${await echoing(server)}`, cert };
  }

  test("the kubeconfig's authority and server name are asked for", async () => {
    const { url, cert } = await secure();
    const cluster = { "certificate-authority": cert, "tls-server-name": "api.test" };
    const user = { token: "t" };
    expect(await shown({ kubeconfig: await kubeconfigFor({ server: url, cluster, user }) })).toBe("Bearer t");
  });

  test("a server that nobody vouches for gets no token", async () => {
    const { url, cert } = await secure();
    const user = { token: "t" };
    await expect(shown({ kubeconfig: await kubeconfigFor({ server: url, user }) })).rejects.toThrow(
      /self.signed/,
    );
    const cluster = { "certificate-authority": cert };
    await expect(shown({ kubeconfig: await kubeconfigFor({ server: url, cluster, user }) })).rejects.toThrow(
      /altnames|alt name/i,
    );
  });

  test("insecure-skip-tls-verify does as it says", async () => {
    const { url } = await secure();
    const cluster = { "insecure-skip-tls-verify": true };
    const user = { token: "t" };
    expect(await shown({ kubeconfig: await kubeconfigFor({ server: url, cluster, user }) })).toBe("Bearer t");
  });

  describe("as a pod's service account says", () => {
    async function pod(): Promise<{ readonly serviceAccount: string; readonly cert: string }> {
      const { cert, key } = await selfSigned("127.0.0.1", "IP");
      const port = await echoing(createSecure({ cert: readFileSync(cert), key: readFileSync(key) }));
      const serviceAccount = await folder();
      await copyFile(cert, join(serviceAccount, "ca.crt"));
      await writeFile(join(serviceAccount, "token"), "first\n");
      await writeFile(join(serviceAccount, "namespace"), "selvedge-system");
      vi.stubEnv("KUBECONFIG", "");
      vi.stubEnv("HOME", serviceAccount);
      vi.stubEnv("KUBERNETES_SERVICE_HOST", "127.0.0.1");
      vi.stubEnv("KUBERNETES_SERVICE_PORT", `${port}`);
      onTestFinished(() => {
        vi.unstubAllEnvs();
      });
      return { serviceAccount, cert };
    }

    test("and with each token that kubelet puts there", async () => {
      const { serviceAccount } = await pod();
      const { client, namespace } = await connectContext({ serviceAccount });
      onTestFinished(() => client.close());
      expect(namespace).toBe("selvedge-system");
      const told = async (): Promise<unknown> => dig(await client.request({ path: "/" }), "authorization");
      expect(await told()).toBe("Bearer first");
      await writeFile(join(serviceAccount, "token"), "second");
      expect(await told()).toBe("Bearer second");
    });

    test("but to nobody for whom its authority does not vouch", async () => {
      const { serviceAccount } = await pod();
      await copyFile((await selfSigned("127.0.0.1", "IP")).cert, join(serviceAccount, "ca.crt"));
      await expect(shown({ serviceAccount })).rejects.toThrow(/self.signed|signature/);
    });

    test("where no kubeconfig says otherwise", async () => {
      const { serviceAccount } = await pod();
      const port = await echoing(createPlain());
      const file = await kubeconfigFor({ server: `http://127.0.0.1:${port}`, user: { token: "t" } });
      await mkdir(join(serviceAccount, ".kube"));
      await copyFile(file, join(serviceAccount, ".kube", "config"));
      expect(await shown({ serviceAccount })).toBe("Bearer t");
      vi.stubEnv("HOME", await folder());
      vi.stubEnv("KUBECONFIG", file);
      expect(await shown({ serviceAccount })).toBe("Bearer t");
    });
  });

  test("a client certificate is shown", async () => {
    const own = await selfSigned("enforcer.test");
    const { url, cert } = await secure({ requestCert: true, ca: readFileSync(own.cert) });
    const cluster = { "certificate-authority": cert, "tls-server-name": "api.test" };
    const withIt = { "client-certificate": own.cert, "client-key": own.key };
    await expect(
      shown({ kubeconfig: await kubeconfigFor({ server: url, cluster, user: {} }) }),
    ).rejects.toThrow();
    expect(
      await shown({ kubeconfig: await kubeconfigFor({ server: url, cluster, user: withIt }) }),
    ).toBeUndefined();
  });
});
