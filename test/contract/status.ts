import { describe, expect, test } from "vitest";
import { writeStatus } from "../../src/daemon/controller/status-writer.ts";
import { type Write } from "../../src/kube/publish/plan-publication.ts";
import { fingerprint } from "../../src/kube/publish/intent.ts";
import { objectPath, writeObject } from "../../src/kube/publish/write-object.ts";
import { type ApiObject } from "./oracle.ts";
import { type Subject, newNamespace } from "./subject.ts";

const signal = new AbortController().signal;

/** Preconditions of writes and the status subresource, as `kube/publish` and the controller rely on them. */
export function statusContract(subject: Subject): void {
  const write = (key: string, isolates: readonly string[], resourceVersion?: string): Write => {
    const [namespace, name] = key.split("/");
    const spec = {
      source: { uid: "u", generation: 1 },
      subject: { matchExpressions: [] },
      isolates,
      ingress: [],
      egress: [],
    };
    const intent = { key, metadata: { namespace, name }, spec, fingerprint: fingerprint(spec) };
    return { kind: "apply", collection: "compiledPolicies", intent, resourceVersion };
  };
  const read = async (key: string): Promise<ApiObject> =>
    (await subject().client.request({ path: objectPath("compiledPolicies", key) })) as ApiObject;
  const status = (specVersion: string) => ({
    observedGeneration: 1,
    specVersion,
    nodes: { done: 0, concerned: 1 },
    conditions: [],
  });

  describe("a write", () => {
    test("creates only what is not there", async () => {
      const { client } = subject();
      const key = `${await newNamespace(client)}/p`;
      await writeObject(client, write(key, ["ingress"]), signal);
      const late = writeObject(client, write(key, ["egress"]), signal);
      await expect(late).rejects.toMatchObject({ status: 409 });
      expect(await read(key)).toMatchObject({ spec: { isolates: ["ingress"] }, metadata: { generation: 1 } });
    });

    test("changes only what it was planned against, in one step, and nothing where nothing differs", async () => {
      const { client } = subject();
      const key = `${await newNamespace(client)}/p`;
      await writeObject(client, write(key, ["ingress"]), signal);
      const first = await read(key);
      await writeObject(client, write(key, ["egress"], first.metadata.resourceVersion), signal);
      const second = await read(key);
      expect(second).toMatchObject({ spec: { isolates: ["egress"] }, metadata: { generation: 2 } });
      const late = writeObject(client, write(key, [], first.metadata.resourceVersion), signal);
      await expect(late).rejects.toMatchObject({ status: 409 });
      expect(await read(key)).toEqual(second);
      await writeObject(client, write(key, ["egress"], second.metadata.resourceVersion), signal);
      const { resourceVersion } = (await read(key)).metadata;
      await writeObject(client, write(key, ["egress"], resourceVersion), signal);
      expect((await read(key)).metadata.resourceVersion).toBe(resourceVersion);
    });

    test("deletes only what it was planned against; what is gone is gone", async () => {
      const { client } = subject();
      const key = `${await newNamespace(client)}/p`;
      await writeObject(client, write(key, ["ingress"]), signal);
      const { resourceVersion } = (await read(key)).metadata;
      await writeObject(client, write(key, ["egress"], resourceVersion), signal);
      const remove = (of: string): Promise<unknown> =>
        writeObject(
          client,
          { kind: "delete", collection: "compiledPolicies", key, resourceVersion: of },
          signal,
        );
      await expect(remove(resourceVersion)).rejects.toMatchObject({ status: 409 });
      const now = (await read(key)).metadata.resourceVersion;
      await remove(now);
      await remove(now);
      await expect(read(key)).rejects.toMatchObject({ status: 404 });
    });

    test("does not bring back what is gone", async () => {
      const { client } = subject();
      const key = `${await newNamespace(client)}/p`;
      await writeObject(client, write(key, ["ingress"]), signal);
      const { resourceVersion, uid } = (await read(key)).metadata;
      await writeObject(
        client,
        { kind: "delete", collection: "compiledPolicies", key, resourceVersion },
        signal,
      );
      const late = writeObject(client, { ...write(key, ["egress"], resourceVersion), uid } as Write, signal);
      await expect(late).rejects.toMatchObject({ status: 409 });
      await expect(read(key)).rejects.toMatchObject({ status: 404 });
    });
  });

  describe("a status", () => {
    test("is written apart from the spec, moves no generation, and only over what it speaks of", async () => {
      const { client } = subject();
      const key = `${await newNamespace(client)}/p`;
      await writeObject(client, write(key, ["ingress"]), signal);
      const { resourceVersion } = (await read(key)).metadata;
      const said = status(resourceVersion);
      const written = (await writeStatus(
        client,
        { key, status: said, resourceVersion },
        signal,
      )) as ApiObject;
      expect(written).toMatchObject({
        spec: { isolates: ["ingress"] },
        metadata: { generation: 1 },
        status: said,
      });
      expect(BigInt(written.metadata.resourceVersion) > BigInt(resourceVersion)).toBe(true);
      const late = writeStatus(client, { key, status: status("0"), resourceVersion }, signal);
      await expect(late).rejects.toMatchObject({ status: 409 });
      expect(await read(key)).toEqual(written);
      await writeObject(client, write(key, ["egress"], written.metadata.resourceVersion), signal);
      expect(await read(key)).toMatchObject({ status: said, metadata: { generation: 2 } });
    });

    test("of what is gone does not bring it back", async () => {
      const { client } = subject();
      const key = `${await newNamespace(client)}/p`;
      const late = writeStatus(client, { key, status: status("1"), resourceVersion: "1" }, signal);
      await expect(late).rejects.toMatchObject({ name: "KubeError" });
      await expect(read(key)).rejects.toMatchObject({ status: 404 });
    });
  });
}
