import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { inHome } from "./home.ts";

/** What a user may choose of enforcers: flags of theirs, and values of the chart, of the same names. */
export interface Settings {
  /** What becomes of a packet that no policy allows. */
  readonly deny: "drop" | "reject";
  /** What holds the rules. */
  readonly backend: "auto" | "nft";
}

export const defaultSettings: Settings = { deny: "drop", backend: "auto" };

const file = (): string => inHome("settings.json");

/** Has whoever installs on the cluster that runs, now or again, choose so. */
export const choose = (settings: Settings): Promise<void> => writeFile(file(), JSON.stringify(settings));

const chosen = async (): Promise<Settings> =>
  existsSync(file()) ? (JSON.parse(await readFile(file(), "utf8")) as Settings) : defaultSettings;

/** What is chosen otherwise than by default, as in `--set`. */
export async function chosenValues(): Promise<string[]> {
  const settings = await chosen();
  return (["deny", "backend"] as const)
    .filter((name) => settings[name] !== defaultSettings[name])
    .map((name) => `${name}=${settings[name]}`);
}

/** The manifests as somebody edits them who chooses so. */
export async function edited(manifests: string): Promise<string> {
  let text = manifests;
  for (const value of await chosenValues()) {
    const [name = ""] = value.split("=");
    const line = `- --${name}=${defaultSettings[name as keyof Settings]}\n`;
    if (!text.includes(line)) throw new Error(`these manifests have no line ${line}`);
    text = text.replace(line, `- --${value}\n`);
  }
  return text;
}

/** What is chosen otherwise than by default, for people. */
export const settingsText = ({ deny, backend }: Settings): string =>
  [deny === "drop" ? "" : `, denied by ${deny}`, backend === "auto" ? "" : `, ${backend}`].join("");
