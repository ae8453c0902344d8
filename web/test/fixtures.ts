import { MOVED, createColumns } from '../../app/src/wire/columns.ts';
import { decodeFrame } from '../../app/src/wire/decode.ts';
import { encodeFrame } from '../../app/src/wire/encode.ts';
import type { Frame } from '../../app/src/wire/frame.ts';
import type { Aircraft } from '../../app/src/wire/units.ts';
import { EMPTY_FRAME, rowsOf } from '../../app/test/wire/frames.ts';

export { AIRLINER, STRANGER } from '../../app/test/wire/frames.ts';

/** The bytes of a frame as the server's own encoder makes them. `aircraft` by slot, ascending; all of `age` 0. */
export function frameBytes({
  aircraft = [],
  ...part
}: Partial<Omit<Frame, 'rows'>> & {
  readonly aircraft?: readonly (readonly [number, Aircraft])[];
}): ArrayBuffer {
  return encodeFrame({
    ...EMPTY_FRAME,
    kind: 'full',
    picture: 1,
    tick: 1,
    baseTick: 0,
    eventTime: 1000,
    serverTime: 1001.5,
    slots: 64,
    ...part,
    rows: rowsOf(aircraft),
  }).buffer;
}

/** The decoded frame of {@link frameBytes}; throws when the decoder refuses it. */
export function frame(part: Parameters<typeof frameBytes>[0]): Frame {
  const decoded = decodeFrame(new Uint8Array(frameBytes(part)));
  if (!decoded.ok) throw new Error(decoded.fault);
  return decoded.frame;
}

/** A `moved` block of one slot that lies this much (1e-5 degree) from where it was. */
export function movedBlock(slot: number, longitude: number, latitude: number): Frame['moved'] {
  const columns = createColumns(MOVED, 1);
  columns.longitude[0] = longitude;
  columns.latitude[0] = latitude;
  columns.altitude[0] = 900;
  columns.velocity[0] = 2000;
  columns.true_track[0] = 9000;
  columns.geo_offset[0] = 5;
  columns.age[0] = 3;
  return { slots: Uint32Array.of(slot), columns };
}
