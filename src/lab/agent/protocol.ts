/** What a probe may speak. */
export type ProbeProtocol = "TCP" | "UDP" | "ICMP";

/** Where a probe goes and how long it may take. */
export interface ProbeTarget {
  readonly protocol: ProbeProtocol;
  readonly address: string;
  /** Ignored for ICMP. */
  readonly port: number;
  readonly deadlineMs: number;
  /** The local address to send from; the kernel's choice if absent. */
  readonly source?: string;
}

/** One line to an agent. `id` is the asker's; the answer carries it, and a stream goes by its opener's. */
export type AgentCommand =
  | { readonly kind: "probe"; readonly id: number; readonly target: ProbeTarget }
  | { readonly kind: "open"; readonly id: number; readonly target: ProbeTarget }
  | { readonly kind: "beat"; readonly id: number; readonly stream: number; readonly deadlineMs: number }
  | { readonly kind: "close"; readonly id: number; readonly stream: number };

/** What became of a probe, and after how many milliseconds. Only `answered` says that traffic passes. */
export type Outcome =
  /** `by` is the answering agent's name; for ICMP, where nobody says a name, the address. */
  | { readonly kind: "answered"; readonly by: string; readonly ms: number }
  /** Nothing came back in time: what a dropped packet looks like. */
  | { readonly kind: "timeout"; readonly ms: number }
  /** A reset or port unreachable: somebody is there and nobody listens, or a rule rejects. */
  | { readonly kind: "refused"; readonly ms: number }
  /** Anything else; `message` is the system's error code or a sentence. */
  | { readonly kind: "error"; readonly message: string; readonly ms: number };

/** One line from an agent. */
export interface AgentReply {
  readonly id: number;
  readonly outcome: Outcome;
}

/** What an agent is told at its start, as one JSON argument. */
export interface AgentConfig {
  /** What it answers with. */
  readonly name: string;
  /** Path of the unix socket on which it takes commands. */
  readonly socket: string;
  /** Local addresses to listen on. A pod listens on `::`, which is both families. */
  readonly addresses: readonly string[];
  readonly ports: readonly { readonly protocol: "TCP" | "UDP"; readonly port: number }[];
}
