/**
 * Bytes between this computer and head office. All connections to head office's database count: rows, statements,
 * answers, sign-ins, TLS. What is read from the branch's own database does not, nor do the headers of TCP and IP.
 */
export interface Traffic {
  /** Bytes that went out on the link. Through an SSH tunnel: of the SSH connection, after its compression. */
  readonly sent: number;
  readonly received: number;
  /** The same before SSH compresses it; equal to `sent` where there is no tunnel. */
  readonly sentPlain: number;
  readonly receivedPlain: number;
}

export const NO_TRAFFIC: Traffic = { sent: 0, received: 0, sentPlain: 0, receivedPlain: 0 };

/** What was moved after `before`. */
export function trafficSince(before: Traffic, now: Traffic): Traffic {
  return {
    sent: now.sent - before.sent,
    received: now.received - before.received,
    sentPlain: now.sentPlain - before.sentPlain,
    receivedPlain: now.receivedPlain - before.receivedPlain,
  };
}

/** {@link Traffic} as the journal's rows have it; null: unknown, because the row is from before it was counted. */
export interface TrafficColumns {
  readonly sent_bytes: number | null;
  readonly received_bytes: number | null;
  readonly sent_plain_bytes: number | null;
  readonly received_plain_bytes: number | null;
}

/** The counts of a row that has just begun. */
export const NOTHING_COUNTED = {
  sent_bytes: 0,
  received_bytes: 0,
  sent_plain_bytes: 0,
  received_plain_bytes: 0,
} as const satisfies TrafficColumns;

/** What was moved in a calendar month of this computer's time zone. */
export interface MonthTraffic {
  /** `2025-11` */
  readonly month: string;
  readonly sent_bytes: number;
  readonly received_bytes: number;
  readonly sent_plain_bytes: number;
  readonly received_plain_bytes: number;
}
