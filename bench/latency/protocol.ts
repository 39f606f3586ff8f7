/** What the two ends of a stream of packets are asked, and what they answer. */

/** To the sender: when it sent these packets, by sequence number; in milliseconds of the machine's monotonic clock. */
export interface SentQuestion {
  readonly id: number;
  readonly sequence: number;
}

/** From the sender. */
export interface SentAnswer {
  readonly id: number;
  /** The last that was sent. */
  readonly last: number;
  /** When the one that was asked for was sent; absent where it is still to come. */
  readonly at?: number;
}

/** To the receiver. */
export interface ReceivedQuestion {
  readonly id: number;
}

/** From the receiver. */
export interface ReceivedAnswer {
  readonly id: number;
  /** The last that arrived; 0 before the first. */
  readonly last: number;
  /** The first that arrived after the last gap. */
  readonly resumed: number;
}

/** Milliseconds of the clock that all processes of a machine share. */
export const machineNow = (): number => Number(process.hrtime.bigint()) / 1e6;
