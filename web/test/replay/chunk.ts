import { ChunkBuilder, type Told } from '../../../app/src/dashboard/replay/chunk-builder.ts';
import { AIRLINER } from '../../../app/test/wire/frames.ts';
import { encodeChunk, type ReplayChunk } from '../../../app/src/wire/replay-chunk.ts';

/** Where the first chunk of the tests begins: 2026-11-30T14:00:00Z. */
export const FROM = 1_796_047_200;

/** A report of an airliner that stands at 14° E, 50° N, some seconds after the beginning of the chunk. */
export function told(icao24: string, seconds: number, change: Partial<Told> = {}): Told {
  return { ...AIRLINER, icao24, seconds, origin_country: 'Germany', feed: 'opensky', ...change };
}

/** The chunk that begins there, of reports by aircraft, then time. */
export function chunkOf(rows: readonly Told[], part: Partial<ReplayChunk> = {}): ReplayChunk {
  const builder = new ChunkBuilder();
  for (const row of rows) builder.add(row);
  const from = part.from ?? FROM;
  return builder.chunk({ from, to: from + 300, until: from + 300, step: 1, cut: false, ...part });
}

/** Its bytes, as the server answers them. */
export function bytesOf(rows: readonly Told[], part: Partial<ReplayChunk> = {}): ArrayBuffer {
  return encodeChunk(chunkOf(rows, part)).buffer;
}
