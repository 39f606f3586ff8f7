import * as z from "zod/mini";
import { append } from "../append.ts";
import { type KubeClient, KubeError } from "../client.ts";

const PAGE = 500;
const GONE = 410;
/** A list that expires so often while it is read is one that changes faster than it can be read. */
const TRIES = 3;

const pageSchema = z.object({
  metadata: z.optional(z.nullable(z.object({ continue: z.optional(z.nullable(z.string())) }))),
  items: z.nullish(z.array(z.record(z.string(), z.unknown()))),
});

/** One kind's objects, page by page. A list that expired on the way (410) is begun anew. Throws as the client does. */
export async function listPages(
  client: KubeClient,
  path: string,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, unknown>>[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await listOnce(client, path, signal);
    } catch (error) {
      if (!(error instanceof KubeError) || error.status !== GONE || tries === TRIES) throw error;
    }
  }
}

async function listOnce(
  client: KubeClient,
  path: string,
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<string, unknown>>[]> {
  const all: Readonly<Record<string, unknown>>[] = [];
  let token = "";
  do {
    const query = new URLSearchParams({ limit: String(PAGE), ...(token !== "" && { continue: token }) });
    const answer = await client.request({
      path: `${path}?${query.toString()}`,
      ...(signal !== undefined && { signal }),
    });
    const page = z.safeParse(pageSchema, answer);
    if (!page.success) throw new Error(`${path}: the answer is no list`);
    append(all, page.data.items ?? []);
    token = page.data.metadata?.continue ?? "";
  } while (token !== "");
  return all;
}
