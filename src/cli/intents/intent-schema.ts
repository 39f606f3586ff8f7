import * as z from "zod/mini";

const text = z.string().check(z.minLength(1));
const ends = z.union([text, z.array(text).check(z.minLength(1))]);

const connection = z.strictObject({
  from: ends,
  to: ends,
  ports: z.optional(z.array(z.union([z.int().check(z.gte(1), z.lte(65_535)), text])).check(z.minLength(1))),
});

const reason = { because: text };

/** A file of intents: what `selvedge test` reads, and what `schema/intent.schema.json` is made of. */
export const intentFileSchema = z.strictObject({
  apiVersion: z.literal("selvedge.dev/v1alpha1"),
  kind: z.literal("Intents"),
  namespace: z.optional(text),
  intents: z
    .array(
      z.union([
        z.strictObject({ allow: connection, ...reason }),
        z.strictObject({ deny: connection, ...reason }),
      ]),
    )
    .check(z.minLength(1)),
});

export type IntentFile = z.infer<typeof intentFileSchema>;

/** The schema as editors and CI read it. */
export const intentJsonSchema = (): object => ({
  ...z.toJSONSchema(intentFileSchema, { target: "draft-7" }),
  title: "Selvedge intents",
  description: "What must be allowed and what must be denied, and why; see docs/intents.md.",
});
