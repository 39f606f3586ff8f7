import type { Exchange, Loose } from "./client.ts";

/** What the recording keeps of an exchange. */
export interface Brief {
  readonly status: number;
  readonly retryAfter?: string;
  readonly ctype?: string;
  readonly te?: string;
  readonly end: string;
  readonly ms?: string;
  readonly body: unknown;
}

const isMap = (value: unknown): value is Loose =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const part = (value: unknown, key: string): unknown => (isMap(value) ? value[key] : undefined);

const briefStatus = ({ status, reason, code, message, details }: Loose): Loose => ({
  Status: status,
  reason,
  code,
  message,
  details,
});

const briefList = ({ kind, metadata }: Loose, items: readonly unknown[]): Loose => ({
  kind,
  metadata,
  n: items.length,
  item0:
    items[0] === undefined
      ? undefined
      : {
          kind: part(items[0], "kind") ?? "(absent)",
          apiVersion: part(items[0], "apiVersion") ?? "(absent)",
          name: part(part(items[0], "metadata"), "name"),
        },
});

const briefObject = (object: Loose): Loose => {
  const metadata = isMap(object["metadata"]) ? object["metadata"] : {};
  const managers = metadata["managedFields"];
  return {
    kind: object["kind"],
    name: metadata["name"],
    rv: metadata["resourceVersion"],
    gen: metadata["generation"],
    labels: metadata["labels"],
    ann: metadata["annotations"],
    mf: Array.isArray(managers)
      ? managers.map((entry) =>
          [part(entry, "manager"), part(entry, "operation"), part(entry, "subresource")].join("/"),
        )
      : undefined,
    data: object["data"],
    status: object["status"],
    del: metadata["deletionTimestamp"] === undefined ? undefined : "set",
  };
};

const briefBody = (body: unknown): unknown => {
  if (!isMap(body)) return body;
  if (body["kind"] === "Status") return briefStatus(body);
  return Array.isArray(body["items"]) ? briefList(body, body["items"]) : briefObject(body);
};

const briefEvent = (line: string): unknown => {
  const event = parsed(line);
  return [part(event, "type"), briefBody(part(event, "object"))];
};

/** Reduces an exchange to what the recording keeps; of a watch, its events. */
export const brief = ({ status, headers, text, end }: Exchange, kind: "answer" | "watch"): Brief => {
  const body =
    kind === "watch"
      ? text
          .split("\n")
          .filter((line) => line !== "")
          .map(briefEvent)
      : briefBody(parsed(text));
  const kept = {
    status,
    retryAfter: headers["retry-after"],
    ctype: headers["content-type"],
    te: headers["transfer-encoding"],
    end,
    body,
  };
  // Through JSON, as the recording went: what is undefined is not there.
  return JSON.parse(JSON.stringify(kept)) as Brief;
};

/** A whole recording. */
export type Recording = Readonly<Record<string, Brief>>;

const VERSIONS = /"(?:rv|resourceVersion)":"(\d+)"|current: (\d+)/gu;

/**
 * Removes what two servers cannot have in common: uids, generated names, the text of continue tokens, times.
 * Resource versions become their rank among all of the recording, so that their order and equality remain.
 */
export const normalised = (recording: Recording): Readonly<Record<string, unknown>> => {
  const everything = JSON.stringify(recording);
  const versions = [...everything.matchAll(VERSIONS)].map((match) => Number(match[1] ?? match[2]));
  const ranked = [...new Set(versions)].sort((left, right) => left - right);
  const plain = everything
    .replaceAll(VERSIONS, (text, inField: string | undefined, inMessage: string | undefined) =>
      text.replace(/\d+/u, `#${ranked.indexOf(Number(inField ?? inMessage))}`),
    )
    .replaceAll(/(?<=resource version: )\d+/gu, "FUTURE")
    .replaceAll(/"continue":"[^"]*"/gu, '"continue":"C"')
    .replaceAll(/g-[a-z0-9]{5}/gu, "g-X")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/gu, "UID")
    .replaceAll(/"ms":"\d+s",/gu, "");
  return JSON.parse(plain) as Readonly<Record<string, unknown>>;
};
