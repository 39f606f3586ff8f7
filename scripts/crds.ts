// `npm run crds`: writes crds/ from the schemas that the daemons read with.
import { mkdir, writeFile } from "node:fs/promises";
import { crdFiles } from "./crds/crd-files.ts";

await mkdir("crds", { recursive: true });
for (const [name, text] of crdFiles) await writeFile(`crds/${name}`, text);
