import { MOVED_BYTES, ROW_BYTES, movedColumnsAt, rowColumnsAt } from './columns.ts';
import {
  FRAME_KINDS,
  HEADER_BYTES,
  MAGIC,
  SERVER_TIME_AT,
  WIRE_VERSION,
  blockBytes,
  slotSetBytes,
} from './frame.ts';
import type { Frame } from './frame.ts';

/**
 * The bytes of a frame, as `FORMAT.md` has them. A pure function of its argument: slots must be ascending, below
 * `frame.slots` and in one block only, as {@link decodeFrame} will insist.
 */
export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  const rowsAt = HEADER_BYTES;
  const movedAt = rowsAt + blockBytes(frame.slots, frame.rows.slots.length, ROW_BYTES);
  const removedAt = movedAt + blockBytes(frame.slots, frame.moved.slots.length, MOVED_BYTES);
  const end = removedAt + blockBytes(frame.slots, frame.removed.length, 0);

  const buffer = new ArrayBuffer(end);
  const header = new DataView(buffer);
  header.setUint8(0, MAGIC[0]);
  header.setUint8(1, MAGIC[1]);
  header.setUint8(2, WIRE_VERSION);
  header.setUint8(3, FRAME_KINDS[frame.kind]);
  header.setUint32(4, frame.picture, true);
  header.setUint32(8, frame.tick, true);
  header.setUint32(12, frame.baseTick, true);
  header.setFloat64(16, frame.eventTime ?? Number.NaN, true);
  header.setFloat64(SERVER_TIME_AT, frame.serverTime, true);
  header.setUint32(32, frame.slots, true);
  header.setUint32(36, frame.rows.slots.length, true);
  header.setUint32(40, frame.moved.slots.length, true);
  header.setUint32(44, frame.removed.length, true);

  if (frame.rows.slots.length > 0) writeRows(buffer, rowsAt, frame);
  if (frame.moved.slots.length > 0) writeMoved(buffer, movedAt, frame);
  writeSlotSet(buffer, removedAt, frame.removed);
  return new Uint8Array(buffer);
}

function writeRows(buffer: ArrayBuffer, at: number, { slots, rows }: Frame): void {
  writeSlotSet(buffer, at, rows.slots);
  const to = rowColumnsAt(buffer, at + slotSetBytes(slots), rows.slots.length);
  to.icao24.set(rows.columns.icao24);
  to.longitude.set(rows.columns.longitude);
  to.latitude.set(rows.columns.latitude);
  to.altitude.set(rows.columns.altitude);
  to.velocity.set(rows.columns.velocity);
  to.true_track.set(rows.columns.true_track);
  to.vertical_rate.set(rows.columns.vertical_rate);
  to.squawk.set(rows.columns.squawk);
  to.age.set(rows.columns.age);
  to.category.set(rows.columns.category);
  to.country.set(rows.columns.country);
  to.validity.set(rows.columns.validity);
  to.callsign.set(rows.columns.callsign);
}

function writeMoved(buffer: ArrayBuffer, at: number, { slots, moved }: Frame): void {
  writeSlotSet(buffer, at, moved.slots);
  const to = movedColumnsAt(buffer, at + slotSetBytes(slots), moved.slots.length);
  to.longitude.set(moved.columns.longitude);
  to.latitude.set(moved.columns.latitude);
  to.altitude.set(moved.columns.altitude);
  to.velocity.set(moved.columns.velocity);
  to.true_track.set(moved.columns.true_track);
  to.vertical_rate.set(moved.columns.vertical_rate);
  to.age.set(moved.columns.age);
}

function writeSlotSet(buffer: ArrayBuffer, at: number, slots: Uint32Array): void {
  if (slots.length === 0) return;
  const bits = new Uint8Array(buffer, at);
  for (const slot of slots) bits[slot >> 3] = (bits[slot >> 3] ?? 0) | (1 << (slot & 7));
}
