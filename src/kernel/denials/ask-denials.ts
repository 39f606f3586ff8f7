import type { Denial } from "../../core/denial.ts";

export interface AskDenialsOptions {
  /** The enforcer's health port, on loopback. */
  readonly port: number;
  /** Goes on with what is denied from now on, until the enforcer ends. */
  readonly follow: boolean;
  readonly onDenial: (denial: Denial) => void;
}

/**
 * Asks this node's enforcer for what it has seen denied: it explains more than the kernel's rules can, and while it runs
 * the kernel lets nobody else read the log. Tells whether one answered.
 */
export async function askDenials({ port, follow, onDenial }: AskDenialsOptions): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/denials${follow ? "?follow" : ""}`).catch(
    () => undefined,
  );
  if (response?.ok !== true || response.body === null) return false;
  let unread = "";
  const text = response.body.pipeThrough(new TextDecoderStream());
  try {
    for await (const chunk of text) {
      const lines = (unread + chunk).split("\n");
      unread = lines.pop() ?? "";
      for (const line of lines) onDenial(JSON.parse(line) as Denial);
    }
  } catch {
    // The enforcer ended in mid-stream; what it told stands.
  }
  return true;
}
