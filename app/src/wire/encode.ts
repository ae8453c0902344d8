import { MOVED, columnsAt, copyColumns, rowBytes } from './columns.ts';
import {
  FRAME_KINDS,
  HEADER_AT,
  HEADER_BYTES,
  MAGIC,
  WIRE_VERSION,
  blockBytes,
  slotSetBytes,
} from './frame.ts';
import type { Frame } from './frame.ts';
import { PACKED_ROW, packRows } from './packed.ts';

/**
 * The bytes of a frame, as `FORMAT.md` has them. A pure function of its argument: slots must be ascending, below
 * `frame.slots` and in one block only, which {@link decodeFrame} checks.
 */
export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  const rowsAt = HEADER_BYTES;
  const movedAt = rowsAt + blockBytes(frame.slots, frame.rows.slots.length, rowBytes(PACKED_ROW));
  const removedAt = movedAt + blockBytes(frame.slots, frame.moved.slots.length, rowBytes(MOVED));
  const end = removedAt + blockBytes(frame.slots, frame.removed.length, 0);

  const buffer = new ArrayBuffer(end);
  const header = new DataView(buffer);
  header.setUint8(HEADER_AT.magic, MAGIC[0]);
  header.setUint8(HEADER_AT.magic + 1, MAGIC[1]);
  header.setUint8(HEADER_AT.version, WIRE_VERSION);
  header.setUint8(HEADER_AT.kind, FRAME_KINDS[frame.kind]);
  header.setUint32(HEADER_AT.picture, frame.picture, true);
  header.setUint32(HEADER_AT.tick, frame.tick, true);
  header.setUint32(HEADER_AT.base_tick, frame.baseTick, true);
  header.setFloat64(HEADER_AT.event_time, frame.eventTime ?? Number.NaN, true);
  header.setFloat64(HEADER_AT.server_time, frame.serverTime, true);
  header.setUint32(HEADER_AT.slots, frame.slots, true);
  header.setUint32(HEADER_AT.rows, frame.rows.slots.length, true);
  header.setUint32(HEADER_AT.moved, frame.moved.slots.length, true);
  header.setUint32(HEADER_AT.removed, frame.removed.length, true);

  const { rows, moved } = frame;
  const setBytes = slotSetBytes(frame.slots);
  writeSlotSet(buffer, rowsAt, rows.slots);
  if (rows.slots.length > 0) packRows(rows.columns, rows.slots.length, buffer, rowsAt + setBytes);
  writeSlotSet(buffer, movedAt, moved.slots);
  if (moved.slots.length > 0)
    copyColumns(MOVED, moved.columns, columnsAt(MOVED, buffer, movedAt + setBytes, moved.slots.length));
  writeSlotSet(buffer, removedAt, frame.removed);
  return new Uint8Array(buffer);
}

function writeSlotSet(buffer: ArrayBuffer, at: number, slots: Uint32Array): void {
  if (slots.length === 0) return;
  const bits = new Uint8Array(buffer, at);
  for (const slot of slots) bits[slot >> 3] = (bits[slot >> 3] ?? 0) | (1 << (slot & 7));
}
