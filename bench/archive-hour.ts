import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { COLUMNS } from '../app/src/ingest/archive/to-state-vector.ts';
import { toStateVector } from '../app/src/ingest/opensky/to-state-vector.ts';

/** Degrees of latitude that a metre spans, on the sphere of the IUGG mean radius. */
const DEGREES_PER_METRE = 180 / (Math.PI * 6_371_008.8);
const POLL_SECONDS = 10;

/**
 * Writes an hour of OpenSky's weekly archive, as CSV: the aircraft of a recorded answer, each flying straight on with its recorded
 * speed, track and vertical rate, a row every 10 s. Deterministic.
 * @param answer a recorded answer of /states/all
 */
export async function writeArchiveHour(
  answer: string,
  path: string,
  { rows, fromSeconds }: { readonly rows: number; readonly fromSeconds: number },
): Promise<void> {
  const { time, states } = JSON.parse(readFileSync(answer, 'utf8')) as {
    readonly time: number;
    readonly states: readonly (readonly unknown[])[];
  };
  const polls = 3600 / POLL_SECONDS;
  const vectors = states.map((state) => toStateVector(state, time, 'archive'));
  const aircraft = Math.ceil(rows / polls);
  const out = createWriteStream(path);
  out.write(`${COLUMNS.join(',')}\n`);
  let left = rows;
  for (let poll = 0; poll < polls; poll += 1) {
    const lines: string[] = [];
    for (let index = 0; index < Math.min(aircraft, left); index += 1) {
      const vector = vectors[index % vectors.length] as (typeof vectors)[number];
      const elapsed = poll * POLL_SECONDS;
      const now = fromSeconds + elapsed;
      const moved = (vector.velocity ?? 0) * elapsed * DEGREES_PER_METRE;
      const track = ((vector.true_track ?? 0) * Math.PI) / 180;
      const latitude = vector.latitude === null ? null : fold(vector.latitude + moved * Math.cos(track), 89);
      const longitude =
        vector.longitude === null
          ? null
          : wrap(vector.longitude + (moved * Math.sin(track)) / Math.cos(((latitude ?? 0) * Math.PI) / 180));
      const contactAge = vector.last_contact === null ? 0 : Math.max(0, time - vector.last_contact) % 15;
      // Beyond the recording's aircraft come others on the same tracks.
      const icao24 = hex(Number.parseInt(vector.icao24 ?? '0', 16) + Math.floor(index / vectors.length));
      const altitude = vector.baro_altitude;
      lines.push(
        [
          now,
          icao24,
          cell(latitude, 5),
          cell(longitude, 5),
          vector.velocity ?? '',
          vector.true_track ?? '',
          vector.vertical_rate ?? '',
          vector.callsign ?? '',
          vector.on_ground === true ? 'True' : 'False',
          'False',
          vector.spi === true ? 'True' : 'False',
          vector.squawk ?? '',
          cell(altitude, 2),
          cell(vector.geo_altitude, 2),
          vector.time_position === null ? '' : `${now - contactAge}.${(index * 37) % 1000}`,
          `${now - contactAge}.${(index * 53) % 1000}`,
        ].join(','),
      );
    }
    left -= lines.length;
    if (lines.length > 0 && !out.write(`${lines.join('\n')}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}

const cell = (value: number | null, digits: number): string =>
  value === null ? '' : String(Number(value.toFixed(digits)));
const hex = (address: number): string => (address & 0xffffff).toString(16).padStart(6, '0');
const wrap = (longitude: number): number => ((((longitude + 180) % 360) + 360) % 360) - 180;
/** Who flies over a pole comes back. */
const fold = (latitude: number, most: number): number =>
  Math.abs(latitude) > most ? Math.sign(latitude) * (2 * most - Math.abs(latitude)) : latitude;
