import { existsSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { join } from "node:path";
import { type Credentials, KubeClient, type KubeEndpoint } from "./client.ts";
import { SERVICE_ACCOUNT, readServiceAccount } from "./service-account.ts";

export interface ConnectOptions {
  /** A server's URL, reached without credentials; beats every other source. */
  readonly server?: string | undefined;
  /** A kubeconfig file; default: KUBECONFIG, ~/.kube/config, or the service account inside a pod. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  /** Where a pod has its service account; default: where kubelet puts it. */
  readonly serviceAccount?: string | undefined;
}

const anonymous: Credentials = { headers: {}, tls: {} };

/** What the client library knows of a request's credentials, without its agent: connections are ours to keep. */
function credentials({
  auth,
  headers,
  ca,
  cert,
  key,
  rejectUnauthorized,
  servername,
}: RequestOptions): Credentials {
  const pairs = Object.entries(headers ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
  const basic = auth ? { authorization: `Basic ${Buffer.from(auth).toString("base64")}` } : {};
  const tls = { ca, cert, key, rejectUnauthorized, servername };
  return {
    headers: { ...basic, ...Object.fromEntries(pairs) },
    tls: Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined)),
  };
}

interface Found {
  readonly endpoint: KubeEndpoint;
  readonly namespace?: string | undefined;
}

/** Whether there is a kubeconfig without its being named, which is asked before a service account. */
function hasKubeconfig(): boolean {
  const { KUBECONFIG: named = "", HOME: home = "" } = process.env;
  return named !== "" || (home !== "" && existsSync(join(home, ".kube", "config")));
}

async function find(options: ConnectOptions): Promise<Found> {
  const { server, kubeconfig, context, serviceAccount = SERVICE_ACCOUNT } = options;
  if (server !== undefined)
    return { endpoint: { server: new URL(server), authorize: () => Promise.resolve(anonymous) } };
  if (kubeconfig === undefined && context === undefined && !hasKubeconfig()) {
    const account = await readServiceAccount(serviceAccount, process.env);
    if (account !== undefined) return account;
    // The client library would ask localhost:8080, as kubectl once did.
    throw new Error("there is no kubeconfig ($KUBECONFIG, ~/.kube/config), and no service account");
  }
  const { KubeConfig } = await import("./kube-config.ts");
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new Error("no cluster: the kubeconfig has no such context, or none that leads to one");
  const authorize = async (): Promise<Credentials> => {
    const options: RequestOptions = { headers: {} };
    await config.applyToHTTPSOptions(options);
    return credentials(options);
  };
  return {
    endpoint: { server: new URL(cluster.server), authorize },
    namespace: config.getContextObject(config.getCurrentContext())?.namespace,
  };
}

/** An API server, and the namespace that the context means where none is named. */
export interface ConnectedContext {
  readonly client: KubeClient;
  readonly namespace: string | undefined;
}

/** As `connect`, with what else the context says. */
export async function connectContext(options: ConnectOptions): Promise<ConnectedContext> {
  const { endpoint, namespace } = await find(options);
  return { client: new KubeClient(endpoint), namespace };
}

/** Finds the API server as kubectl does. Throws, in words, where there is none to be found. */
export async function connect(options: ConnectOptions): Promise<KubeClient> {
  return (await connectContext(options)).client;
}
