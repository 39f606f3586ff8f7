import { rolledOut } from "./install-selvedge.ts";
import { kubectl } from "./kubectl.ts";

/** What becomes of a packet that no policy allows; to drop it is the default. */
export type Denial = "drop" | "reject";

const DAEMONSET = ["-n", "selvedge-system", "daemonset/selvedge-enforcer"];

/** Has enforcers deny in another way than by default: whoever installs by manifests edits that line of theirs. */
export async function setDenial(denial: Denial): Promise<void> {
  if (denial === "drop") return;
  const before = await kubectl(["get", ...DAEMONSET, "-o", "json"]);
  const after = before.replace('"--deny=drop"', `"--deny=${denial}"`);
  if (after === before) throw new Error("these enforcers can deny in one way only");
  await kubectl(["replace", "-f", "-"], after);
  await rolledOut();
}
