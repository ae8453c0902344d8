/** An aircraft without contact for this long, measured against the newest event time, leaves the picture. Seconds. */
export const CONTACT_LOST_S = 300;

/** What a row says of its own time. Epoch seconds. */
export interface Stamped {
  readonly time_position: number;
  readonly last_contact: number | null;
  /** When the message was received; null where the table does not say. */
  readonly ingested_at: number | null;
  /** Place of the message in its partition, which holds all messages of an aircraft; null where the table does not say. */
  readonly topic_offset: number | null;
}

/** When an aircraft was where its row says, as far as clocks can be trusted. Epoch seconds. */
export interface Heard {
  /** `time_position`, at most the moment of receipt. */
  readonly time: number;
  /** `last_contact`, at most the moment of receipt. */
  readonly contact: number;
  /** True when the row is dated after it was received: its clock is wrong, and its time decides nothing. */
  readonly isAhead: boolean;
  readonly offset: number | null;
}

/** What a row's time is worth. A row can have been heard at most when it was received, and at most now. */
export function heardOf(row: Stamped, now_s: number): Heard {
  const limit = Math.min(now_s, row.ingested_at ?? now_s);
  const contact = row.last_contact ?? row.time_position;
  return {
    time: Math.min(row.time_position, limit),
    contact: Math.min(contact, limit),
    isAhead: Math.max(row.time_position, contact) > limit,
    offset: row.topic_offset,
  };
}

/**
 * Whether a row takes the place of what is known of its aircraft: by (time_position, last_contact), so that rows may
 * come in any order and more than once. Where one of the two was dated ahead of its receipt, the times of the two
 * cannot be compared: then the one that was heard later counts, unless it is history.
 */
export function replaces(row: Heard, known: Heard): boolean {
  if (row.isAhead || known.isAhead) {
    const isLater = row.offset === null || known.offset === null || row.offset > known.offset;
    return isLater && row.time >= known.time - CONTACT_LOST_S;
  }
  return row.time > known.time || (row.time === known.time && row.contact > known.contact);
}
