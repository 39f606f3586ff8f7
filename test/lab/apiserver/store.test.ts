import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/lab/apiserver/kube-object.ts";
import { Store } from "../../../src/lab/apiserver/store.ts";
import { eventFor } from "../../../src/lab/apiserver/watch-event.ts";

interface Step {
  readonly kind: "put" | "remove";
  readonly name: string;
  readonly color: string;
}

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom("put", "remove"),
    name: fc.constantFrom("a", "b", "c"),
    color: fc.constantFrom("red", "blue"),
  }),
  { maxLength: 30 },
);

const object = ({ name, color }: Step): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "n", labels: { color } },
});

const perform = (store: Store, step: Step): void => {
  const stored = store.get("configmaps", "n", step.name);
  if (step.kind === "put") store.put("configmaps", object(step));
  else if (stored !== undefined) store.remove("configmaps", stored);
};

describe("the store", () => {
  test("remembers every past state that it has not forgotten", () => {
    fc.assert(
      fc.property(steps, (steps) => {
        const store = new Store(100);
        const states = new Map([[store.revision, store.list("configmaps")]]);
        for (const step of steps) {
          perform(store, step);
          states.set(store.revision, store.list("configmaps"));
        }
        for (const [revision, state] of states) expect(store.listAt("configmaps", revision)).toEqual(state);
      }),
    );
  });

  test("tells a selecting watcher exactly what it needs to keep its own copy", () => {
    fc.assert(
      fc.property(steps, fc.nat(30), (steps, start) => {
        const store = new Store(100);
        const selects = ({ metadata }: KubeObject): boolean => metadata.labels?.["color"] === "red";
        for (const step of steps.slice(0, start)) perform(store, step);
        const copy = new Map(
          store
            .list("configmaps")
            .filter(selects)
            .map((object) => [object.metadata.name, object]),
        );
        const from = store.revision;
        for (const step of steps.slice(start)) perform(store, step);
        for (const change of store.changesSince("configmaps", from) ?? []) {
          const event = eventFor(change, selects);
          if (event === undefined) continue;
          expect(event.object.metadata.resourceVersion).toBe(String(change.revision));
          expect(copy.has(event.object.metadata.name)).toBe(event.type !== "ADDED");
          if (event.type === "DELETED") copy.delete(event.object.metadata.name);
          else copy.set(event.object.metadata.name, event.object);
        }
        const expected = store.list("configmaps").filter(selects);
        expect(
          [...copy.values()].sort((left, right) =>
            (left.metadata.name ?? "") < (right.metadata.name ?? "") ? -1 : 1,
          ),
        ).toEqual(expected);
      }),
    );
  });

  test("forgets at most what is older than its length", () => {
    const store = new Store(3);
    for (let index = 0; index < 50; index++)
      store.put("configmaps", object({ kind: "put", name: "a", color: String(index) }));
    expect(store.changesSince("configmaps", store.revision - 3)).toHaveLength(3);
    expect(store.changesSince("configmaps", 1)).toBeUndefined();
  });
});
