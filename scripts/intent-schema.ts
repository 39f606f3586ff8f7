// Writes schema/intent.schema.json, by which editors and CI know files of intents. A test keeps it true.
import { writeFileSync } from "node:fs";
import { intentJsonSchema } from "../src/cli/intents/intent-schema.ts";

const file = new URL("../schema/intent.schema.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(intentJsonSchema(), undefined, 2)}\n`);
