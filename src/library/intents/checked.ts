import type { IntentFailure, IntentOutcome } from "../../analysis/intents/intent-report.ts";

/** What became of an intent: `pairs` were judged, every one there is. */
export interface Checked {
  readonly outcome: IntentOutcome;
  readonly pairs: number;
  readonly failures: readonly IntentFailure[];
  readonly problem?: string;
}
