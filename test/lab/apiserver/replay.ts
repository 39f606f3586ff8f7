import type { KubeObject } from "../../../src/lab/apiserver/kube-object.ts";
import { type Brief, brief, type Recording } from "./brief.ts";
import { APPLY, Client, type Exchange, type Loose, MERGE, type SendOptions } from "./client.ts";

const NAMESPACE = "/api/v1/namespaces/probe";
const CONFIG_MAPS = `${NAMESPACE}/configmaps`;
const POLICIES = "/apis/networking.k8s.io/v1/namespaces/probe/networkpolicies";
const LEASES = "/apis/coordination.k8s.io/v1/namespaces/probe/leases";

const configMap = (name: string, data: Loose, metadata: Loose = {}): Loose => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...metadata },
  data,
});

const policy = (name: string, spec: Loose): Loose => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name },
  spec,
});

const metadataOf = ({ text }: Exchange): { readonly resourceVersion: string; readonly continue: string } =>
  (JSON.parse(text) as { metadata: { resourceVersion: string; continue: string } }).metadata;

/** The server that is asked. */
export interface ReplayServer {
  readonly url: string;
  /** Writes an object as another component of a cluster would. */
  readonly seed: (object: KubeObject) => unknown;
}

/** One run of the exchanges that were recorded from a real server, in their order. */
class Replay {
  readonly #server: ReplayServer;
  readonly #client: Client;
  readonly #recorded: Record<string, Brief> = {};
  readonly #leftOut: ReadonlySet<string>;

  constructor(server: ReplayServer, leftOut: ReadonlySet<string>) {
    this.#server = server;
    this.#leftOut = leftOut;
    this.#client = new Client(server.url);
  }

  async run(): Promise<Recording> {
    await this.#furnish();
    await this.#creates();
    const version = await this.#lists();
    await this.#watches(version);
    await this.#selectorTransitions(version);
    await this.#putsAndPatches();
    await this.#applies();
    await this.#leasesAndStatus();
    await this.#deletes();
    await this.#options();
    await this.#streams();
    await this.#record("ns-delete", "DELETE", NAMESPACE);
    this.#client.close();
    return this.#recorded;
  }

  #send(method: string, path: string, body?: unknown, options: SendOptions = {}): Promise<Exchange> {
    const headers = { authorization: "Bearer good", ...options.headers };
    return this.#client.send(method, path, body, { ...options, headers });
  }

  async #record(
    name: string,
    method: string,
    path: string,
    body?: unknown,
    options?: SendOptions,
  ): Promise<Exchange> {
    const exchange = await this.#send(method, path, body, options);
    this.#recorded[name] = brief(exchange, "answer");
    return exchange;
  }

  async #recordWatch(name: string, query: string, options?: SendOptions): Promise<void> {
    if (this.#leftOut.has(name)) return;
    this.#recorded[name] = brief(
      await this.#send("GET", `${CONFIG_MAPS}?watch=1&${query}`, undefined, options),
      "watch",
    );
  }

  /** In the recorded cluster other components wrote, too. */
  async #writeElsewhere(): Promise<void> {
    await this.#server.seed({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "elsewhere", namespace: "default" },
    });
  }

  /** The recorded cluster put two ConfigMaps with certificates into each namespace. */
  async #furnish(): Promise<void> {
    await this.#send("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "probe" },
    });
  }

  async #seedCertificates(): Promise<void> {
    for (const name of ["kube-root-ca.crt", "openshift-service-ca.crt"]) {
      const data = { "ca.crt": "certificate ".repeat(100) };
      await this.#server.seed({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name, namespace: "probe" },
        data,
      });
    }
  }

  async #creates(): Promise<void> {
    await this.#record("create", "POST", CONFIG_MAPS, configMap("c1", { a: "1" }, { labels: { x: "y" } }));
    await this.#seedCertificates();
    await this.#record("create-dup", "POST", CONFIG_MAPS, configMap("c1", { a: "1" }));
    const generated = { apiVersion: "v1", kind: "ConfigMap", metadata: { generateName: "g-" } };
    await this.#record("create-generateName", "POST", CONFIG_MAPS, generated);
    await this.#record(
      "create-missing-ns",
      "POST",
      "/api/v1/namespaces/nope/configmaps",
      configMap("c1", {}),
    );
    const badRange = policy("b", { podSelector: {}, ingress: [{ ports: [{ port: 80, endPort: 10 }] }] });
    await this.#record("create-bad-netpol", "POST", POLICIES, badRange);
    const plain = policy("n", { podSelector: {}, egress: [{}], ingress: [{ ports: [{ port: 80 }] }] });
    await this.#record("create-netpol-defaults", "POST", POLICIES, plain);
    await this.#record("get-404", "GET", `${CONFIG_MAPS}/zz`);
    await this.#record("unknown-path", "GET", "/apis/nope.example/v1/things");
    for (const name of ["p0", "p1", "p2", "p3", "p4"])
      await this.#send("POST", CONFIG_MAPS, configMap(name, {}));
  }

  async #lists(): Promise<number> {
    const list = (name: string, query: string, options?: SendOptions): Promise<Exchange> =>
      this.#record(name, "GET", `${CONFIG_MAPS}?${query}`, undefined, options);
    const page = metadataOf(await list("list-limit2", "limit=2"));
    await this.#send("POST", CONFIG_MAPS, configMap("p9", {}));
    await list("list-continue", `limit=2&continue=${page.continue}`);
    await list("list-continue+rv", `limit=2&continue=${page.continue}&resourceVersion=1`);
    await list("list-bad-continue", "limit=2&continue=AAAA");
    const version = Number(metadataOf(await list("list-rv0", "resourceVersion=0")).resourceVersion);
    await this.#writeElsewhere();
    await list("list-future-rv", `resourceVersion=${version + 1000}`);
    await list("list-bad-rv", "resourceVersion=abc");
    await list("list-labelSelector", "labelSelector=x%3Dy");
    await list("list-fieldSelector-name", "fieldSelector=metadata.name%3Dc1");
    await list("list-fieldSelector-bad", "fieldSelector=data.a%3D1");
    return version;
  }

  async #watches(version: number): Promise<void> {
    await Promise.all([
      this.#recordWatch("watch-noRV (synthetic ADDED)", "fieldSelector=metadata.name%3Dc1", {
        leaveAfterMs: 300,
      }),
      this.#recordWatch(
        "watch-timeoutSeconds=2+bookmarks",
        `timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion=${version}`,
      ),
      this.#recordWatch("watch-future-rv", `resourceVersion=${version + 1000}&timeoutSeconds=1`),
      this.#record("watch-bad-rv", "GET", `${CONFIG_MAPS}?watch=1&resourceVersion=abc`),
    ]);
  }

  async #selectorTransitions(version: number): Promise<void> {
    const opened = Promise.withResolvers<undefined>();
    const query = `labelSelector=x%3Dy&resourceVersion=${version}&timeoutSeconds=1`;
    const watch = this.#recordWatch("watch-selector-transitions", query, {
      onOpen: () => opened.resolve(undefined),
    });
    await opened.promise;
    const patch = (body: Loose): Promise<Exchange> =>
      this.#send("PATCH", `${CONFIG_MAPS}/c1`, body, { headers: MERGE });
    await patch({ data: { a: "2" } });
    await patch({ data: { a: "2" } });
    await patch({ metadata: { labels: { x: "z" } } });
    await patch({ metadata: { labels: { x: "y" } } });
    await this.#send("DELETE", `${CONFIG_MAPS}/c1`);
    await watch;
  }

  async #putsAndPatches(): Promise<void> {
    const path = `${CONFIG_MAPS}/u`;
    const first = JSON.parse(
      (await this.#send("POST", CONFIG_MAPS, configMap("u", { a: "1" }))).text,
    ) as Loose;
    await this.#send("PUT", path, { ...first, data: { a: "2" } });
    await this.#record("put-stale-rv", "PUT", path, { ...first, data: { a: "3" } });
    await this.#record("put-no-rv", "PUT", path, configMap("u", { a: "4" }));
    await this.#record("put-missing", "PUT", `${CONFIG_MAPS}/nothere`, configMap("nothere", {}));
    await this.#record("put-name-mismatch", "PUT", path, configMap("other", {}));
    const { resourceVersion } = first["metadata"] as Loose;
    const stale = { metadata: { resourceVersion }, data: { a: "9" } };
    await this.#record("patch-stale-rv", "PATCH", path, stale, { headers: MERGE });
    const plainJson = { headers: { "content-type": "application/json" } };
    await this.#record("patch-unsupported-type", "PATCH", path, "{}", plainJson);
    const test = [{ op: "test", path: "/data/a", value: "zzz" }];
    const jsonPatch = { headers: { "content-type": "application/json-patch+json" } };
    await this.#record("json-patch-test-fails", "PATCH", path, test, jsonPatch);
  }

  async #applies(): Promise<void> {
    const apply = (name: string, query: string, data: Loose): Promise<Exchange> =>
      this.#record(name, "PATCH", `${CONFIG_MAPS}/s${query}`, configMap("s", data), { headers: APPLY });
    await apply("ssa-no-fieldManager", "", { k: "1" });
    await apply("ssa-create", "?fieldManager=a", { k: "1", q: "1" });
    await apply("ssa-conflict", "?fieldManager=b", { k: "2" });
    await apply("ssa-force", "?fieldManager=b&force=true", { k: "2" });
    await apply("ssa-drop-field", "?fieldManager=a", {});
    await apply("ssa-same", "?fieldManager=b", { k: "2" });
  }

  async #leasesAndStatus(): Promise<void> {
    const time = "2026-01-01T00:00:00.000000Z";
    const spec = { holderIdentity: "a", leaseDurationSeconds: 15, acquireTime: time, renewTime: time };
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: "l" }, spec };
    const created = JSON.parse((await this.#record("lease-create", "POST", LEASES, lease)).text) as Loose;
    const put = (name: string, change: Loose): Promise<Exchange> =>
      this.#record(name, "PUT", `${LEASES}/l`, { ...created, spec: { ...spec, ...change } });
    await put("lease-badtime", { renewTime: "2026-01-01T00:00:00.123Z" });
    await put("lease-put", { holderIdentity: "b" });
    await put("lease-put-stale", {});
    await this.#record("status-on-netpol", "PUT", `${POLICIES}/n/status`, policy("n", { podSelector: {} }));
    await this.#record("pod-status-404", "PATCH", `${NAMESPACE}/pods/zz/status`, {}, { headers: MERGE });
  }

  async #deletes(): Promise<void> {
    const path = `${CONFIG_MAPS}/f`;
    await this.#send("POST", CONFIG_MAPS, configMap("f", {}, { finalizers: ["x.example/y"] }));
    await this.#record("delete-with-finalizer", "DELETE", path);
    await this.#record("delete-again", "DELETE", path);
    await this.#record(
      "finalizer-removed",
      "PATCH",
      path,
      { metadata: { finalizers: null } },
      { headers: MERGE },
    );
    await this.#record("get-after", "GET", path);
    const wrong = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid: "wrong" } };
    await this.#record("delete-precondition", "DELETE", `${CONFIG_MAPS}/u`, wrong);
    await this.#record("delete", "DELETE", `${CONFIG_MAPS}/u`);
    await this.#record("deletecollection", "DELETE", `${CONFIG_MAPS}?labelSelector=none%3Dsuch`);
  }

  async #options(): Promise<void> {
    await this.#record("noauth", "GET", CONFIG_MAPS, undefined, { headers: { authorization: "Bearer bad" } });
    const unknown = { ...configMap("uf", {}), zzz: 1 };
    await this.#record("unknown-field-strict", "POST", `${CONFIG_MAPS}?fieldValidation=Strict`, unknown);
    await this.#send("POST", `${CONFIG_MAPS}?fieldValidation=Warn`, unknown);
    await this.#record("dryrun", "POST", `${CONFIG_MAPS}?dryRun=All`, configMap("dry", {}));
    const as = (form: string): SendOptions => ({
      headers: { accept: `application/json;as=${form};v=v1;g=meta.k8s.io` },
    });
    await this.#record("accept-table", "GET", CONFIG_MAPS, undefined, as("Table"));
    await this.#record(
      "partial-metadata",
      "GET",
      `${CONFIG_MAPS}?limit=1`,
      undefined,
      as("PartialObjectMetadataList"),
    );
  }

  async #streams(): Promise<void> {
    await this.#recordWatch(
      "watch-sendInitialEvents",
      "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&fieldSelector=metadata.name%3Ds",
      { leaveAfterMs: 300 },
    );
    const { resourceVersion } = metadataOf(await this.#send("GET", `${CONFIG_MAPS}?limit=1`));
    await this.#writeElsewhere();
    const query = `allowWatchBookmarks=true&resourceVersion=${resourceVersion}`;
    await this.#recordWatch("bookmark-after-60s", query, { maxLines: 1 });
  }
}

/** Performs the recorded exchanges against a server, with shorter waits, and records its answers; some watches may be left out. */
export const replay = (server: ReplayServer, leftOut: ReadonlySet<string> = new Set()): Promise<Recording> =>
  new Replay(server, leftOut).run();
