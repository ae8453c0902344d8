import { MAX_SLOTS, MOVED, ROW, columnsAt, createColumns, rowBytes } from './columns.ts';
import {
  FRAME_KINDS,
  HEADER_AT,
  HEADER_BYTES,
  MAGIC,
  WIRE_VERSION,
  blockBytes,
  slotSetBytes,
} from './frame.ts';
import type { Frame, FrameKind } from './frame.ts';
import { PACKED_ROW, unpackRows } from './packed.ts';

/** Why bytes are not a frame. */
export const FRAME_FAULTS = [
  'too-short',
  'wrong-magic',
  'unknown-version',
  'unknown-kind',
  'too-many-slots',
  'impossible-count',
  'wrong-length',
  'wrong-slot-set',
] as const;
export type FrameFault = (typeof FRAME_FAULTS)[number];

/** A frame, or why the bytes are not one. */
export type Decoded =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly fault: FrameFault };

/**
 * Reads one frame. The columns of `moved` are views of `bytes` where its alignment allows, else of a copy. Never throws: truncated
 * or damaged bytes give a fault. Damage that no check can find (a wrong longitude, for example) is not noticed.
 */
export function decodeFrame(bytes: Uint8Array): Decoded {
  if (bytes.length < HEADER_BYTES) return fault('too-short');
  const buffer = aligned(bytes);
  const header = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  if (header.getUint8(HEADER_AT.magic) !== MAGIC[0] || header.getUint8(HEADER_AT.magic + 1) !== MAGIC[1])
    return fault('wrong-magic');
  if (header.getUint8(HEADER_AT.version) !== WIRE_VERSION) return fault('unknown-version');
  const kind = kindOf(header.getUint8(HEADER_AT.kind));
  if (kind === null) return fault('unknown-kind');
  const slots = header.getUint32(HEADER_AT.slots, true);
  if (slots > MAX_SLOTS) return fault('too-many-slots');
  const counts = {
    rows: header.getUint32(HEADER_AT.rows, true),
    moved: header.getUint32(HEADER_AT.moved, true),
    removed: header.getUint32(HEADER_AT.removed, true),
  };
  if (!isPossible(kind, slots, counts)) return fault('impossible-count');

  const rowsAt = HEADER_BYTES;
  const movedAt = rowsAt + blockBytes(slots, counts.rows, rowBytes(PACKED_ROW));
  const removedAt = movedAt + blockBytes(slots, counts.moved, rowBytes(MOVED));
  if (bytes.length !== removedAt + blockBytes(slots, counts.removed, 0)) return fault('wrong-length');

  const taken = new Uint8Array(slotSetBytes(slots));
  const rowSlots = readSlotSet(buffer, rowsAt, slots, counts.rows, taken);
  const movedSlots = readSlotSet(buffer, movedAt, slots, counts.moved, taken);
  const removed = readSlotSet(buffer, removedAt, slots, counts.removed, taken);
  if (rowSlots === null || movedSlots === null || removed === null) return fault('wrong-slot-set');

  const eventTime = header.getFloat64(HEADER_AT.event_time, true);
  // An empty block takes no bytes, and the end of a message need not be aligned for one.
  const startOf = (at: number): number => buffer.byteOffset + at + slotSetBytes(slots);
  const rows =
    counts.rows === 0 ? createColumns(ROW, 0) : unpackRows(buffer.buffer, startOf(rowsAt), counts.rows);
  const moved =
    counts.moved === 0
      ? createColumns(MOVED, 0)
      : columnsAt(MOVED, buffer.buffer, startOf(movedAt), counts.moved);
  return {
    ok: true,
    frame: {
      kind,
      picture: header.getUint32(HEADER_AT.picture, true),
      tick: header.getUint32(HEADER_AT.tick, true),
      baseTick: header.getUint32(HEADER_AT.base_tick, true),
      eventTime: Number.isFinite(eventTime) ? eventTime : null,
      serverTime: header.getFloat64(HEADER_AT.server_time, true),
      slots,
      rows: { slots: rowSlots, columns: rows },
      moved: { slots: movedSlots, columns: moved },
      removed,
    },
  };
}

function fault(reason: FrameFault): Decoded {
  return { ok: false, fault: reason };
}

/**
 * The bytes at an aligned offset. Node returns slices of a pool at any offset, but typed arrays need multiples of their
 * width.
 */
function aligned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.byteOffset % 8 === 0 && bytes.buffer instanceof ArrayBuffer
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : Uint8Array.from(bytes);
}

function kindOf(number: number): FrameKind | null {
  for (const [name, value] of Object.entries(FRAME_KINDS)) {
    if (value === number) return name as FrameKind;
  }
  return null;
}

function isPossible(
  kind: FrameKind,
  slots: number,
  counts: { readonly rows: number; readonly moved: number; readonly removed: number },
): boolean {
  if (counts.rows > slots || counts.moved > slots || counts.removed > slots) return false;
  switch (kind) {
    case 'full':
      return counts.moved === 0 && counts.removed === 0;
    case 'delta':
      return true;
    case 'remove':
      return counts.rows === 0 && counts.moved === 0;
    case 'heartbeat':
      return counts.rows === 0 && counts.moved === 0 && counts.removed === 0;
  }
}

/** The slots of a set, ascending; null when they are not `count`, not below `slots` or taken by another block. */
function readSlotSet(
  bytes: Uint8Array,
  at: number,
  slots: number,
  count: number,
  taken: Uint8Array,
): Uint32Array | null {
  const found = new Uint32Array(count);
  if (count === 0) return found;
  let n = 0;
  for (let i = 0; i < slotSetBytes(slots); i++) {
    const byte = bytes[at + i] ?? 0;
    if (byte === 0) continue;
    if ((byte & (taken[i] ?? 0)) !== 0) return null;
    taken[i] = (taken[i] ?? 0) | byte;
    for (let bit = 0; bit < 8; bit++) {
      if ((byte & (1 << bit)) === 0) continue;
      const slot = i * 8 + bit;
      if (slot >= slots || n === count) return null;
      found[n++] = slot;
    }
  }
  return n === count ? found : null;
}
