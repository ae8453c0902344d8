import type { Relation } from '../../engine/engine.ts';

/**
 * Rows that a merge adds to Bronze, and from there to all tables. A row that Bronze has already, by (topic_partition,
 * topic_offset), is left out, so that adding the same rows again changes nothing.
 */
export interface Additions {
  /**
   * Rows with the columns of `MESSAGE_COLUMNS`, `ingested_at` being a plausible time of receipt. It is read once to count
   * its rows and once for each slice. Of any kind but `messages`; a kept relation must not be called as one of the merge
   * (`merge_…`, `batch`, `duplicates`, `airports_by_cell`).
   */
  readonly relation: Relation;
  /** Whether the positions are simulated: a lake holds one kind. */
  readonly simulated: boolean;
}
