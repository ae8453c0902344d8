import type { ReplayChunk } from 'contrail/wire/replay-chunk';

/** What lies where in a chunk. */
export interface ChunkIndex {
  /** How many aircraft it has. */
  readonly count: number;
  /** By aircraft: its first report; one more entry says where the last one's end. */
  readonly first: Int32Array;
  /** By report: its span. */
  readonly span: Int32Array;
}

/** The index of a chunk; none has none. */
export function indexOf(chunk: ReplayChunk | null): ChunkIndex {
  if (chunk === null) return { count: 0, first: new Int32Array(1), span: new Int32Array(0) };
  const { icao24, reports } = chunk.spanColumns;
  const first = new Int32Array(chunk.spans + 1);
  const span = new Int32Array(chunk.reports);
  let count = 0;
  let at = 0;
  for (let i = 0; i < chunk.spans; i++) {
    if (i === 0 || icao24[i] !== icao24[i - 1]) {
      first[count] = at;
      count += 1;
    }
    const end = at + (reports[i] ?? 0);
    span.fill(i, at, end);
    at = end;
  }
  first[count] = at;
  return { count, first, span };
}
