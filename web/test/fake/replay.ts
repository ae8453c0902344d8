import { ChunkBuilder } from '../../../app/src/dashboard/replay/chunk-builder.ts';
import type { ReplayDaysAnswer, VolumeAnswer } from '../../../app/src/dashboard/protocol.ts';
import { encodeChunk } from '../../../app/src/wire/replay-chunk.ts';
import { aircraftAt, COUNTRIES, type Flight } from './fleet.ts';

/** Between two reports of an aircraft, seconds. */
const PACE_S = 20;

/** The past of the invented aircraft: they were always there. */
export function chunkAnswer(flights: readonly Flight[], from: number, to: number, now: number): Uint8Array {
  const builder = new ChunkBuilder();
  const all = flights
    .map((flight) => ({ flight, icao24: aircraftAt(flight, from).icao24 }))
    .sort((a, b) => (a.icao24 < b.icao24 ? -1 : 1));
  for (const { flight } of all) {
    for (let seconds = -PACE_S; seconds <= to - from && from + seconds <= now; seconds += PACE_S) {
      const { country, feed: _, ...aircraft } = aircraftAt(flight, from + seconds);
      const origin_country = COUNTRIES[country]?.[0] ?? null;
      builder.add({ ...aircraft, seconds, origin_country, feed: 'opensky' });
    }
  }
  return encodeChunk(builder.chunk({ from, to, until: Math.min(to, Math.floor(now)), step: 1, cut: false }));
}

/** Today and the two days before. */
export function daysAnswer(now: number): ReplayDaysAnswer {
  const midnight = Math.floor(now / 86_400) * 86_400;
  const days = [2, 1, 0].map((before) => {
    const first = midnight - before * 86_400;
    const last = before === 0 ? Math.floor(now) : first + 86_399;
    return {
      day: new Date(first * 1000).toISOString().slice(0, 10),
      rows: (last - first) * 300,
      first,
      last,
    };
  });
  return { table: 'silver/flights', version: 120, as_of_ms: now * 1000, refusal: null, days };
}

/** More at day than at night. */
export function volumeAnswer(from: number, to: number): VolumeAnswer {
  const starts = Array.from({ length: Math.floor((to - from) / 300) }, (_, i) => from + i * 300);
  const rows = starts.map((start) => {
    const aircraft = Math.round(3000 * (0.6 + 0.4 * Math.sin((start / 86_400) * 2 * Math.PI)));
    return [start, aircraft, aircraft * 15];
  });
  const columns = ['window_start', 'aircraft', 'records'];
  return { table: 'gold/traffic_by_country', version: 120, as_of_ms: 0, columns, rows, window_s: 300 };
}
