/** An aircraft without contact for this long, measured against the newest event time, leaves the picture. Seconds. */
export const CONTACT_LOST_S = 300;

/** The times of a row. Epoch seconds. */
export interface Stamped {
  readonly time_position: number;
  readonly last_contact: number | null;
  /** When the message was received; null if the table does not say. */
  readonly ingested_at: number | null;
  /**
   * Offset of the message in its partition, which holds all messages of an aircraft; null if the table does not say.
   */
  readonly topic_offset: number | null;
}

/** When an aircraft was at the position of its row, as far as clocks can be trusted. Epoch seconds. */
export interface Heard {
  /** `time_position`, at most the moment of receipt. */
  readonly time: number;
  /** `last_contact`, at most the moment of receipt. */
  readonly contact: number;
  /** True if the row is dated after its receipt: its clock is wrong, so its time is not used for ordering. */
  readonly isAhead: boolean;
  readonly offset: number | null;
}

/** The times of a row, limited to its receipt and to now, because nothing is heard later than that. */
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
 * Whether a row replaces the known one of its aircraft: by (time_position, last_contact), so that rows may come in any
 * order and more than once. If one of the two is dated after its receipt, their times cannot be compared: then the row
 * that was received later counts, unless it is old data.
 */
export function replaces(row: Heard, known: Heard): boolean {
  if (row.isAhead || known.isAhead) {
    const isLater = row.offset === null || known.offset === null || row.offset > known.offset;
    return isLater && row.time >= known.time - CONTACT_LOST_S;
  }
  return row.time > known.time || (row.time === known.time && row.contact > known.contact);
}
