import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Address, families, formatAddress } from "../../../src/core/address.ts";
import { type Cidr, parseCidr } from "../../../src/core/cidr.ts";
import { type Namespace, type Pod, keyOf } from "../../../src/core/cluster.ts";
import type { Cluster } from "../../../src/core/compile.ts";
import { Compiler } from "../../../src/core/incremental/compiler.ts";
import { NodeCompiler } from "../../../src/core/incremental/node-compiler.ts";
import { isMember, memberOf } from "../../../src/core/member.ts";
import type { NetworkPolicy } from "../../../src/core/network-policy.ts";
import { type NodeProgram, nodeProgram } from "../../../src/core/node-program.ts";
import type { Group, Member } from "../../../src/core/program.ts";
import { PublishedProgram } from "../../../src/daemon/published/published-program.ts";
import { plainHost } from "../../../src/render/host.ts";
import { NodeRenderer } from "../../../src/render/incremental/node-renderer.ts";
import { iptablesLayout, renderIptables } from "../../../src/render/iptables.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { clusterArbitrary } from "../../support/cluster-arbitrary.ts";
import { must } from "../../support/must.ts";
import { SEARCH_TIMEOUT, search } from "../../support/search.ts";
import { Publication, type Told } from "./publication.ts";

const NODE = "n1";

/** No two nodes give out the same addresses. */
const ofNode = (address: Address, node: string | undefined): Address =>
  node === NODE ? address : { ...address, value: address.value ^ 8n };

const placed = (pod: Pod): Pod => ({
  ...pod,
  addresses:
    pod.addresses === "unknown" ? "unknown" : pod.addresses.map((address) => ofNode(address, pod.node)),
});

const clusters: fc.Arbitrary<Cluster> = clusterArbitrary.map((cluster) => ({
  ...cluster,
  pods: cluster.pods.map(placed),
}));

/** What a watch tells of one object; both the controller and the node hear it, each in its own time. */
type Event =
  | { readonly kind: "namespace"; readonly name: string; readonly value: Namespace | undefined }
  | { readonly kind: "pod"; readonly key: string; readonly value: Pod | undefined }
  | { readonly kind: "policy"; readonly key: string; readonly value: NetworkPolicy | undefined };

function changes<T>(before: readonly T[], after: readonly T[], nameOf: (value: T) => string) {
  const names = new Set(after.map(nameOf));
  return [
    ...after.map((value) => [nameOf(value), value] as const),
    ...before
      .filter((value) => !names.has(nameOf(value)))
      .map((value) => [nameOf(value), undefined] as const),
  ];
}

const eventsBetween = (before: Cluster, after: Cluster): Event[] => [
  ...changes(before.namespaces, after.namespaces, ({ name }) => name).map(([name, value]): Event => ({
    kind: "namespace",
    name,
    value,
  })),
  ...changes(before.pods, after.pods, keyOf).map(([key, value]): Event => ({ kind: "pod", key, value })),
  ...changes(before.policies, after.policies, keyOf).map(([key, value]): Event => ({
    kind: "policy",
    key,
    value,
  })),
];

function tellCompiler(compiler: Compiler, event: Event): void {
  switch (event.kind) {
    case "namespace":
      return event.value === undefined
        ? compiler.deleteNamespace(event.name)
        : compiler.setNamespace(event.value);
    case "pod":
      return event.value === undefined ? compiler.deletePod(event.key) : compiler.setPod(event.value);
    case "policy":
      return event.value === undefined ? compiler.deletePolicy(event.key) : compiler.setPolicy(event.value);
  }
}

/** The node's side: its own pods' watch, the namespaces', and what is published. */
class Node {
  readonly published = new PublishedProgram();
  readonly namespaces = new Map<string, Namespace>();
  readonly #own = new Compiler();

  constructor(podCidrs: readonly Cidr[]) {
    this.published.setPodCidrs(podCidrs);
  }

  take(event: Event, now: number): void {
    if (event.kind === "namespace") {
      if (event.value === undefined) this.namespaces.delete(event.name);
      else this.namespaces.set(event.name, event.value);
      this.published.setNamespace(event.name, event.value);
    }
    if (event.kind !== "pod") return;
    // A field selector's watch: what is on another node is gone from here.
    if (event.value?.node === NODE) this.#own.setPod(event.value);
    else this.#own.deletePod(event.key);
    this.published.setPods(this.pods(), now);
  }

  hear({ collection, key, object }: Told, now: number): void {
    if (collection === "compiledPolicies") this.published.setPolicy(key, object, now);
    else this.published.setSlice(key, object, now);
  }

  pods(): readonly Pod[] {
    return this.#own.livePodsOf(NODE);
  }
}

/** Whatever is published, this node's own pods are in the groups that they belong to, and have their addresses to themselves. */
function expectOwn({ selector, members }: Group, node: Node): void {
  const own = new Map(node.pods().map((pod) => [keyOf(pod), pod]));
  const addresses = new Set([...own.values()].flatMap(addressTexts));
  const belong = [...own.values()].filter((pod) =>
    isMember(selector, pod, node.namespaces.get(pod.namespace)),
  );
  const isOwn = ({ pod }: Member): boolean => own.has(pod);
  expect(members.filter(isOwn).map(({ pod }) => pod)).toEqual(belong.map(keyOf).sort());
  for (const member of members.filter(isOwn)) expect(member).toEqual(memberOf(must(own.get(member.pod))));
  const strangers = members.filter((member) => !isOwn(member)).flatMap(addressTexts);
  expect(strangers.filter((text) => addresses.has(text))).toEqual([]);
}

const addressTexts = ({ addresses }: Pick<Pod, "addresses">): string[] =>
  addresses === "unknown" ? [] : addresses.map(formatAddress);

const plain = ({ groups, ...program }: NodeProgram) => ({
  ...program,
  groups: byName(groups),
});

const byName = <T>(map: ReadonlyMap<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

const plainRuleset = (ruleset: Ruleset) =>
  families.map((family) => ({
    ...ruleset[family],
    chains: byName(ruleset[family].chains),
    sets: byName(ruleset[family].sets),
  }));

/** Draws whose turn it is among queues that each keep their order. */
function turns(seed: number): (among: number) => number {
  let state = seed;
  return (among) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % among;
  };
}

const blocks = ["10.0.0.0/29", "10.0.1.0/29", "fd00::/125", "fd00:0:0:1::/125"].map((text) =>
  must(parseCidr(text)),
);

describe("a node that reads what a controller publishes", () => {
  const cases = fc.record({
    rounds: fc.array(clusters, { minLength: 1, maxLength: 4 }),
    podCidrs: fc.constantFrom<readonly Cidr[]>([], blocks),
    order: fc.nat(),
  });

  it(
    "comes to the same program as one that compiles itself, however events overtake each other",
    () =>
      search("published, after every round", { cases, inTest: 300 }, ({ rounds, podCidrs, order }) => {
        const next = turns(order);
        const controller = new Compiler();
        const publication = new Publication();
        const node = new Node(podCidrs);
        const compiler = new NodeCompiler(NODE);
        const renderer = new NodeRenderer(iptablesLayout);
        let now = 0;
        let before: Cluster = { namespaces: [], pods: [], policies: [] };
        for (const round of rounds) {
          const events = eventsBetween(before, round);
          const toController = events.toSorted(() => next(3) - 1);
          const toNode = events.toSorted(() => next(3) - 1);
          const groups: Told[] = [];
          const policies: Told[] = [];
          const publish = (): void => {
            for (const told of publication.publish(controller.program()))
              (told.collection === "addressGroups" ? groups : policies).push(told);
          };
          while (toController.length + toNode.length + groups.length + policies.length > 0) {
            now += 1;
            const turn = next(6);
            if (turn === 0) publish();
            if (turn === 1 && toController.length > 0) tellCompiler(controller, must(toController.shift()));
            if (turn === 2 && toNode.length > 0) node.take(must(toNode.shift()), now);
            if (turn === 3 && groups.length > 0) node.hear(must(groups.shift()), now);
            if (turn === 4 && policies.length > 0) node.hear(must(policies.shift()), now);
            if (turn === 5) {
              const program = node.published.program(now);
              compiler.compile(program, node.pods());
              for (const group of program.groups.values()) expectOwn(group, node);
            }
            if (toController.length === 0 && turn === 1) publish();
          }
          publish();
          for (const told of [...groups, ...policies]) node.hear(told, now);
          const wanted = nodeProgram(controller.program(), NODE, controller.livePodsOf(NODE));
          const found = compiler.compile(node.published.program(now), node.pods());
          expect(plain(found)).toEqual(plain(wanted));
          expect(plainRuleset(renderer.render(found, plainHost))).toEqual(
            plainRuleset(renderIptables(wanted)),
          );
          expect(node.published.isWaiting).toBe(false);
          expect(node.published.troubles(now)).toEqual([]);
          before = round;
        }
        return rounds.length;
      }),
    SEARCH_TIMEOUT,
  );
});
