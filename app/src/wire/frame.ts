import type { Columns, ColumnTable, MOVED, ROW } from './columns.ts';

/** The four kinds of frame, by their number on the wire. */
export const FRAME_KINDS = { full: 1, delta: 2, remove: 3, heartbeat: 4 } as const;
export type FrameKind = keyof typeof FRAME_KINDS;

export const MAGIC: readonly [number, number] = [0x43, 0x4e];
export const WIRE_VERSION = 2;
export const HEADER_BYTES = 48;
/** Offsets of the header's fields. */
export const HEADER_AT = {
  magic: 0,
  version: 2,
  kind: 3,
  picture: 4,
  tick: 8,
  base_tick: 12,
  event_time: 16,
  server_time: 24,
  slots: 32,
  rows: 36,
  moved: 40,
  removed: 44,
} as const;

/**
 * One frame, as values: what {@link encodeFrame} takes and {@link decodeFrame} gives. Slots are ascending, and
 * row `i` of a block's columns belongs to `slots[i]`. What each part means is in `FORMAT.md`.
 */
export interface Frame {
  readonly kind: FrameKind;
  readonly picture: number;
  readonly tick: number;
  readonly baseTick: number;
  /** Epoch seconds UTC; null while the picture has never had an aircraft. */
  readonly eventTime: number | null;
  /** Epoch seconds UTC, with fraction. */
  readonly serverTime: number;
  /** Every slot is below this number. */
  readonly slots: number;
  /** Aircraft with all their columns. */
  readonly rows: RowBlock;
  /** Aircraft with what changes in flight. */
  readonly moved: MovedBlock;
  /** Slots that became free, ascending. */
  readonly removed: Uint32Array;
}

/** Some slots, and a row for each in the columns of a table. */
export interface Block<Table extends ColumnTable> {
  readonly slots: Uint32Array;
  readonly columns: Columns<Table>;
}
export type RowBlock = Block<typeof ROW>;
export type MovedBlock = Block<typeof MOVED>;

/** Bytes of a slot set: one bit for each slot, whole 64-bit words. */
export function slotSetBytes(slots: number): number {
  return Math.ceil(slots / 64) * 8;
}

/** Bytes of a block of `count` rows: nothing when empty, else slot set, columns and zero bytes up to a multiple of 8. */
export function blockBytes(slots: number, count: number, bytesPerRow: number): number {
  return count === 0 ? 0 : slotSetBytes(slots) + Math.ceil((count * bytesPerRow) / 8) * 8;
}
