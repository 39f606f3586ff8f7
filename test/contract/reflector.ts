import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { Client } from "../lab/apiserver/client.ts";
import { COLLECTION, type Followed, PATIENCE, follow } from "../kube/reflector/fixture.ts";
import { forEachLimit } from "../../src/kube/publish/for-each-limit.ts";
import { KubeError } from "../../src/kube/client.ts";
import { type ApiObject, listAll } from "./oracle.ts";
import { type Subject, newNamespace } from "./subject.ts";

const LABEL = "contract";

/** Lists, watches and their ends, as `kube/reflector` meets them. */
export function reflectorContract(subject: Subject): void {
  interface Place {
    readonly path: string;
    readonly write: (name: string, value: string) => Promise<unknown>;
    readonly erase: (name: string) => Promise<unknown>;
    readonly followed: () => Followed;
    /** What the server holds. */
    readonly content: () => Promise<Record<string, string>>;
  }

  async function place(): Promise<Place> {
    const { server, client } = subject();
    const namespace = await newNamespace(client);
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const labels = { [LABEL]: namespace };
    return {
      path,
      write: async (name, value) => {
        const body = {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name, namespace, labels },
          data: { value },
        };
        const apply = `${path}/${name}?fieldManager=test&force=true`;
        return client.request({
          method: "PATCH",
          path: apply,
          body,
          contentType: "application/apply-patch+yaml",
        });
      },
      erase: (name) => client.request({ method: "DELETE", path: `${path}/${name}` }),
      followed: () => follow(server.url, { query: { labelSelector: `${LABEL}=${namespace}` } }),
      content: async () => {
        const items = (await listAll(client, path)) as readonly (ApiObject & {
          readonly data?: { value?: string };
        })[];
        const own = items.filter(({ data }) => data?.value !== undefined);
        return Object.fromEntries(
          own
            .map(({ metadata, data }): [string, string] => [
              `${namespace}/${metadata.name}`,
              data?.value ?? "",
            ])
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        );
      },
    };
  }

  describe("a reflector", () => {
    test("takes a collection of several pages whole, and follows it from there", async () => {
      const { write, erase, followed, content } = await place();
      const names = Array.from({ length: 620 }, (_, i) => `c${i}`);
      expect(await forEachLimit(names, 32, async (name) => void (await write(name, "1")))).toEqual([]);
      const seen = followed();
      await seen.reflector.synced;
      expect(Object.keys(seen.content())).toHaveLength(620);
      await write("c1", "2");
      await write("new", "1");
      await erase("c2");
      const expected = await content();
      expect(Object.keys(expected)).toHaveLength(620);
      await expect.poll(seen.content, PATIENCE).toEqual(expected);
      expect(seen.troubles).toEqual([]);
    });

    test("drops what its selector does not match any more", async () => {
      const { path, write, followed } = await place();
      await write("a", "1");
      const seen = followed();
      await seen.reflector.synced;
      expect(Object.values(seen.content())).toEqual(["1"]);
      await subject().client.request({
        method: "PATCH",
        path: `${path}/a`,
        contentType: "application/merge-patch+json",
        body: { metadata: { labels: null } },
      });
      await expect.poll(seen.content, PATIENCE).toEqual({});
    });

    test("is told by a bookmark how far it is before its watch ends", async () => {
      const { path, write } = await place();
      const { server } = subject();
      const first = (await write("a", "1")) as ApiObject;
      const client = new Client(server.url);
      onTestFinished(() => client.close());
      const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=4&resourceVersion=${first.metadata.resourceVersion}`;
      const watch = await client.watch(`${path}?${query}`);
      const second = (await write("a", "2")) as ApiObject;
      const events = [];
      for (let event = await watch.next(); event !== undefined; event = await watch.next())
        events.push(event);
      const [change, ...bookmarks] = events;
      expect(change?.type).toBe("MODIFIED");
      expect(new Set(bookmarks.map(({ type }) => type))).toEqual(new Set(["BOOKMARK"]));
      const reached = BigInt(String(bookmarks.at(-1)?.object.metadata["resourceVersion"]));
      expect(reached >= BigInt(second.metadata.resourceVersion)).toBe(true);
    });

    test("asks for a resource version that is no more, and is told so", async () => {
      const { client } = subject();
      const request = client.request({ path: `${COLLECTION}?limit=1&continue=bm9uc2Vuc2U` });
      await expect(request).rejects.toMatchObject({ name: "KubeError", status: 400 });
      await expect(request).rejects.toBeInstanceOf(KubeError);
    });

    test("converges after a server that was killed and has forgotten the past", async () => {
      const { write, erase, followed, content } = await place();
      const { server } = subject();
      await write("a", "1");
      await write("b", "1");
      const seen = followed();
      await seen.reflector.synced;
      await server.restart();
      // A server that comes up may refuse for a moment.
      for (let i = 0; ; i += 1) {
        const isDone = await Promise.all([write("b", "2"), write("c", "1"), erase("a")]).then(
          () => true,
          () => false,
        );
        if (isDone) break;
        expect(i).toBeLessThan(50);
        await sleep(100);
      }
      const expected = await content();
      await expect.poll(seen.content, PATIENCE).toEqual(expected);
      // From before the server's past: expired, in the stream.
      const client = new Client(server.url);
      onTestFinished(() => client.close());
      const watch = await client.watch(`${COLLECTION}?watch=1&resourceVersion=1`);
      expect(watch.status).toBe(200);
      expect(await watch.next()).toMatchObject({ type: "ERROR", object: { code: 410, reason: "Expired" } });
    });
  });
}
