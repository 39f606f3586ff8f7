import type { Party } from "../analysis/party.ts";
import { allParties, findParty, noSuchParty } from "./parties.ts";
import { type Address, formatAddress } from "../core/address.ts";
import { addressBook } from "../core/address-book.ts";
import type { Node } from "../core/cluster.ts";
import { type Cluster, compile } from "../core/compile.ts";
import { livePods } from "../core/live-pods.ts";
import type { Program } from "../core/program.ts";
import type { ManifestSet } from "../kube/files/manifest-set.ts";
import { type SourceProblem, sourceProblemText } from "../kube/files/source.ts";
import { withManifests } from "./loaded-manifests.ts";
import { outsideAddresses } from "./outside-addresses.ts";

/** A cluster as its manifests describe it, compiled and ready to be asked. */
export interface LoadedCluster {
  /** What `compile` takes. Compile it again with a pod or a policy more, or less, to ask what would be. */
  readonly cluster: Cluster;
  /** Of the manifests' Node objects; empty where there are none. */
  readonly nodes: readonly Node[];
  /** `compile(cluster)`. */
  readonly program: Program;
  /** All that may be asked about by name: one party for each pod and workload, hostNetwork pods included, unordered. */
  readonly parties: readonly Party[];
  /**
   * Addresses outside the cluster, one of each sort that the policies tell apart: what is true of all of them is true of
   * every address that no pod and no node has.
   */
  readonly outside: readonly Party[];
  /**
   * The party of that name, as `selvedge can` reads it: `namespace/name`, `name` in the namespace `default`, or an
   * address, which is the pod's or the node's that has it, else an address outside the cluster.
   *
   * @throws Error for a name that nobody in the manifests has; the message has some that there are.
   */
  readonly party: (name: string) => Party;
  /** What the API server would warn of, and what goes by another name here than in its file. */
  readonly warnings: readonly SourceProblem[];
  /** How many objects there were of each kind that says nothing about who may reach whom: `ConfigMap` -> 2. */
  readonly ignored: ReadonlyMap<string, number>;
}

/** The manifests are no cluster: some object is malformed, or one that the API server would refuse. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
  /** All that is wrong, each with its file, line and column. Never empty. */
  readonly problems: readonly SourceProblem[];

  constructor(problems: readonly SourceProblem[]) {
    const count = `${problems.length} ${problems.length === 1 ? "problem" : "problems"} in the manifests`;
    super([count, ...problems.map(sourceProblemText)].join("\n"));
    this.problems = problems;
  }
}

const outsideParty = (address: Address): Party => ({
  name: formatAddress(address),
  end: { kind: "address", address },
  several: false,
});

/** The readers of YAML and of the API's objects are most of the library: who only compiles does not wait for them. */
async function loaded(read: () => Promise<ManifestSet>): Promise<LoadedCluster> {
  const { clusterFromManifests } = await import("../kube/cluster-from-manifests.ts");
  const found = clusterFromManifests(await read());
  const { namespaces, pods, nodes, warnings, ignored, problems } = found;
  if (problems.length > 0) throw new ManifestError(problems);
  const cluster = { namespaces, pods, policies: found.policies.map(({ policy }) => policy) };
  const program = compile(cluster);
  const answers: LoadedCluster = {
    cluster,
    nodes,
    program,
    parties: allParties(found),
    outside: outsideAddresses(program, addressBook(livePods(pods), nodes)).map(outsideParty),
    party: (name) => {
      const party = findParty(name, found);
      if (party === undefined) throw new Error(noSuchParty(name, found));
      return party;
    },
    warnings,
    ignored,
  };
  return withManifests(answers, found);
}

/**
 * Reads Kubernetes manifests, YAML or JSON, and compiles the cluster that they describe. Each path is a file, a folder
 * (its `.yaml`, `.yml` and `.json` files at any depth) or `-` for standard input; relative paths start at the process's
 * working directory.
 *
 * What files leave out is supplied as a cluster would: namespaces that are only named exist, and bear the label
 * `kubernetes.io/metadata.name`; objects without a namespace are in `default`; a workload stands for its pods under its
 * own name; a pod without a status is there, at an unknown address.
 *
 * @throws ManifestError where anything in them is wrong, a policy that the API server of Kubernetes 1.36 would refuse
 *   included. Half of what was meant is not what was meant, so nothing is answered from it: fails closed.
 */
export async function loadCluster(paths: readonly string[]): Promise<LoadedCluster> {
  return loaded(async () => (await import("../kube/files/read-manifests.ts")).readManifests(paths));
}

/**
 * As `loadCluster`, from a text: one file's YAML documents, or JSON. `file` is the name that problems give it.
 *
 * @throws ManifestError as `loadCluster` does.
 */
export async function parseCluster(text: string, file = "<text>"): Promise<LoadedCluster> {
  return loaded(async () => (await import("../kube/files/parse-manifests.ts")).parseManifests(file, text));
}
