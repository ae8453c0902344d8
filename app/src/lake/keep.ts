/** How long tables are kept and how large a lake may become; see docs/decisions/0028-keep.md. */
export interface Keep {
  /** As a person wrote it. */
  readonly text: string;
  /** Milliseconds by the name of the table; a table that is not named is kept for ever. */
  readonly keepMs: Readonly<Record<string, number>>;
  /** Bytes of the whole lake; null: no bound. */
  readonly budgetBytes: number | null;
}

/** Everything for ever. */
export const KEEP_ALL: Keep = { text: '', keepMs: {}, budgetBytes: null };

/** How long a table is kept, ms; Infinity: for ever. */
export const keptMs = (keep: Keep, table: string): number => keep.keepMs[table] ?? Infinity;

/** Whether rows of a table may be deleted. A budget bounds every table. */
export const isBounded = (keep: Keep, table: string): boolean =>
  keep.budgetBytes !== null || keptMs(keep, table) !== Infinity;

/**
 * The tables that give up days when the budget does not reach, in this order. Tables of one group go together, so that
 * a day is in all of them or in none.
 */
export const GIVE_UP_ORDER: readonly (readonly string[])[] = [
  ['bronze/flights'],
  ['quarantine/flights'],
  ['silver/flights', 'silver/flights_ml'],
  ['gold/traffic_by_country', 'gold/metrics_by_category'],
];
