import type { Json, JsonDraft, JsonObject } from "./json.ts";

/** A field of a message: its JSON name, and what its bytes are. */
interface Field {
  readonly name: string;
  readonly type: "text" | "bytes" | "int" | "bool" | Message | { readonly map: "text" | "bytes" };
  readonly repeated?: true;
}

type Message = Readonly<Record<number, Field>>;

const text = (name: string): Field => ({ name, type: "text" });
const texts = (name: string): Field => ({ name, type: "text", repeated: true });
const textMap = (name: string): Field => ({ name, type: { map: "text" } });
const bytesMap = (name: string): Field => ({ name, type: { map: "bytes" } });
const bool = (name: string): Field => ({ name, type: "bool" });

/** Field numbers of ObjectMeta, as far as clients fill it in. https://github.com/kubernetes/apimachinery */
const META: Field = {
  name: "metadata",
  type: {
    1: text("name"),
    2: text("generateName"),
    3: text("namespace"),
    5: text("uid"),
    6: text("resourceVersion"),
    11: textMap("labels"),
    12: textMap("annotations"),
    14: texts("finalizers"),
  },
};

const NAMED: Message = { 3: text("name") };

/** The kinds that kubectl creates from its arguments in this encoding, and that are small enough to be worth it. */
const KINDS: Readonly<Record<string, Message>> = {
  Namespace: { 1: META, 2: { name: "spec", type: { 1: texts("finalizers") } } },
  ConfigMap: { 1: META, 2: textMap("data"), 3: bytesMap("binaryData"), 4: bool("immutable") },
  Secret: { 1: META, 2: bytesMap("data"), 3: text("type"), 4: textMap("stringData"), 5: bool("immutable") },
  ServiceAccount: {
    1: META,
    2: { name: "secrets", type: NAMED, repeated: true },
    3: { name: "imagePullSecrets", type: { 1: text("name") }, repeated: true },
    4: bool("automountServiceAccountToken"),
  },
};

const MAGIC = Buffer.from("k8s\u0000");

interface Raw {
  readonly number: number;
  readonly value: Buffer | number;
}

const varint = (bytes: Buffer, start: number): { value: number; next: number } => {
  let value = 0;
  let next = start;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[next++] ?? 0;
    value += (byte & 127) * scale;
    if (byte < 128) return { value, next };
  }
};

const rawFields = (bytes: Buffer): readonly Raw[] => {
  const fields: Raw[] = [];
  let position = 0;
  while (position < bytes.length) {
    const tag = varint(bytes, position);
    const first = varint(bytes, tag.next);
    const isBytes = (tag.value & 7) === 2;
    position = isBytes ? first.next + first.value : first.next;
    const value = isBytes ? bytes.subarray(first.next, position) : first.value;
    fields.push({ number: tag.value >> 3, value });
  }
  return fields;
};

const entry = (value: Buffer, type: "text" | "bytes"): readonly [string, Json] => {
  const [key, content] = [1, 2].map(
    (number) => rawFields(value).find((field) => field.number === number)?.value,
  );
  const show = (part: Buffer | number | undefined, encoding: BufferEncoding): string =>
    Buffer.isBuffer(part) ? part.toString(encoding) : "";
  return [show(key, "utf8"), show(content, type === "bytes" ? "base64" : "utf8")];
};

const decodeValue = ({ type }: Field, value: Buffer | number): Json => {
  if (!Buffer.isBuffer(value)) return type === "bool" ? value === 1 : value;
  if (typeof type === "string") return value.toString(type === "bytes" ? "base64" : "utf8");
  return decodeMessage(type, value);
};

const decodeMessage = (message: Message, bytes: Buffer): JsonObject => {
  const draft: JsonDraft = {};
  for (const { number, value } of rawFields(bytes)) {
    const field = message[number];
    if (field === undefined) continue;
    const { name, type, repeated } = field;
    const old = draft[name];
    if (typeof type === "object" && "map" in type && Buffer.isBuffer(value)) {
      const [key, item] = entry(value, type.map);
      draft[name] = { ...(old as JsonObject | undefined), [key]: item };
    } else {
      const decoded = decodeValue(field, value);
      // Proto2 writes empty text where Go means that nothing is said.
      if (decoded === "") continue;
      draft[name] = repeated === true ? [...((old as readonly Json[] | undefined) ?? []), decoded] : decoded;
    }
  }
  return draft;
};

/**
 * Reads an object in Kubernetes' protobuf envelope; `undefined` for kinds that this server does not know in
 * that encoding.
 */
export const decodeProtobuf = (bytes: Buffer): JsonObject | undefined => {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const envelope: Message = { 1: { name: "type", type: { 1: text("apiVersion"), 2: text("kind") } } };
  const content = bytes.subarray(MAGIC.length);
  const { type } = decodeMessage(envelope, content);
  const raw = rawFields(content).find(({ number }) => number === 2)?.value;
  const { apiVersion = "", kind = "" } = type as { apiVersion?: string; kind?: string };
  const message = KINDS[kind];
  if (message === undefined || !Buffer.isBuffer(raw)) return undefined;
  return { apiVersion, kind, ...decodeMessage(message, raw) };
};
