/** What images are built for, as OCI (`TARGETARCH`) and Debian name it. */
export type Architecture = "amd64" | "arm64";

/** As Node names it. */
const NODE_NAMES: Readonly<Record<Architecture, string>> = { amd64: "x64", arm64: "arm64" };

export const nodeArch = (architecture: Architecture): string => NODE_NAMES[architecture];

export function architectureOf(text: string): Architecture {
  if (text === "amd64" || text === "arm64") return text;
  throw new Error(`no such architecture: ${text} (amd64, arm64)`);
}

/** This machine's. */
export const ownArchitecture = (): Architecture => (process.arch === "arm64" ? "arm64" : "amd64");
