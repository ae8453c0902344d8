import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkBuilder, type Told } from '../../src/dashboard/replay/chunk-builder.ts';
import { type ColumnTable, rowBytes } from '../../src/wire/columns.ts';
import {
  BESIDE_S,
  decodeChunk,
  encodeChunk,
  Growing,
  MAX_REPORTS,
  REPLAY_HEADER_AT,
  REPLAY_HEADER_BYTES,
  REPLAY_VERSION,
  REPORT,
  REPORTED,
  type ReplayChunk,
  SPAN,
} from '../../src/wire/replay-chunk.ts';
import { readAircraft, VALID } from '../../src/wire/units.ts';
import { aircraft } from './arbitrary.ts';

const FORMAT = readFileSync(new URL('../../src/wire/REPLAY.md', import.meta.url), 'utf8');
const WINDOW = { from: 1_700_000_100, to: 1_700_000_400, until: 1_700_000_400, step: 1, cut: false };

/** Reports of some aircraft, in the order that the server has them in. */
const told: fc.Arbitrary<readonly Told[]> = fc
  .uniqueArray(aircraft, { selector: ({ icao24 }) => icao24, maxLength: 6 })
  .chain((all) =>
    fc.tuple(
      ...all
        .toSorted((a, b) => (a.icao24 < b.icao24 ? -1 : 1))
        .map((one) =>
          fc
            .uniqueArray(fc.integer({ min: -BESIDE_S, max: 300 + BESIDE_S }), { minLength: 1, maxLength: 8 })
            .map((times) =>
              times
                .toSorted((a, b) => a - b)
                .map((seconds) => ({
                  ...one,
                  callsign: seconds % 5 === 0 ? 'OTHER' : one.callsign,
                  seconds,
                  origin_country: seconds % 2 === 0 ? 'Germany' : null,
                  feed: 'opensky',
                })),
            ),
        ),
    ),
  )
  .map((lists) => lists.flat());

function chunkOf(rows: readonly Told[]): ReplayChunk {
  const builder = new ChunkBuilder();
  for (const row of rows) expect(builder.add(row)).toBe(true);
  return builder.chunk(WINDOW);
}

function decoded(bytes: Uint8Array<ArrayBuffer>): ReplayChunk | null {
  return decodeChunk(bytes.slice().buffer);
}

describe('a chunk of a replay', () => {
  it('has every report, under the identity that the aircraft had then', () => {
    fc.assert(
      fc.property(told, (rows) => {
        const chunk = decoded(encodeChunk(chunkOf(rows)));
        if (chunk === null) throw new Error('not a chunk');
        expect(chunk).toMatchObject(WINDOW);
        let report = 0;
        const seen: unknown[] = [];
        for (let span = 0; span < chunk.spans; span++) {
          const end = report + (chunk.spanColumns.reports[span] ?? 0);
          const { icao24, callsign } = readAircraft(chunk.spanColumns, span);
          for (; report < end; report++) {
            const hasAltitude = ((chunk.reportColumns.validity[report] ?? 0) & VALID.altitude) !== 0;
            const altitude_m = hasAltitude ? chunk.reportColumns.altitude[report] : null;
            seen.push({ icao24, callsign, seconds: chunk.reportColumns.time[report], altitude_m });
          }
        }
        expect(seen).toEqual(
          rows.map(({ icao24, callsign, seconds, altitude_m }) => ({
            icao24,
            callsign,
            seconds,
            altitude_m: altitude_m === null ? null : Math.round(altitude_m) + 0,
          })),
        );
      }),
    );
  });

  it('of bytes that are cut, damaged or none is refused, and nothing is thrown', () => {
    const bytes = encodeChunk(chunkOf(fc.sample(told, { numRuns: 1, seed: 5 })[0] ?? []));
    for (let length = 0; length < bytes.length; length += 7)
      expect(decoded(bytes.slice(0, length) as Uint8Array<ArrayBuffer>)).toBeNull();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = bytes.slice() as Uint8Array<ArrayBuffer>;
        damaged[at] = (damaged[at] ?? 0) ^ change;
        const chunk = decoded(damaged);
        if (chunk === null) return;
        const sum = chunk.spanColumns.reports.reduce((all, one) => all + one, 0);
        expect(sum).toBe(chunk.reportColumns.time.length);
      }),
    );
  });

  it('has columns that grow, and keep what they have', () => {
    const growing = new Growing(REPORT, 2);
    for (let i = 0; i < 9; i++) {
      const row = growing.add();
      growing.columns.time[row] = i;
    }
    expect([...growing.columns.time.subarray(0, 9)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

/** The first cells of each row of the first table in a section. */
function cells(title: string): readonly (readonly string[])[] {
  const [, text = ''] = FORMAT.split(new RegExp(`^#+ ${title}.*$`, 'm'));
  return (text.split(/^#/m)[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()));
}

function written([name, type, perRow]: ColumnTable[number]): readonly string[] {
  const cell = `${type.name.startsWith('Uint') ? 'u' : 'i'}${type.BYTES_PER_ELEMENT * 8}`;
  return [perRow === 1 ? cell : `${perRow} x ${cell}`, name];
}

describe('REPLAY.md', () => {
  it.each([
    ['Block `spans`', SPAN],
    ['Block `reports`', REPORT],
  ] as const)('has the columns of %s as the code has them', (title, table) => {
    expect(cells(title).map(([, type, name]) => [type, name])).toEqual(table.map(written));
    expect(FORMAT).toMatch(new RegExp(`^### ${title}:.* \\(${rowBytes(table)} bytes a row\\)$`, 'm'));
    let before = 0;
    for (const column of table as ColumnTable) {
      const [name, type, perRow] = column;
      expect([name, before % type.BYTES_PER_ELEMENT]).toEqual([name, 0]);
      before += type.BYTES_PER_ELEMENT * perRow;
    }
  });

  it('has header and bounds as the code has them', () => {
    const header = cells('Format of a replay').filter(([, at]) => /^\d+$/.test(at ?? ''));
    expect(Object.fromEntries(header.map(([, at, , name]) => [name, Number(at)]))).toEqual(REPLAY_HEADER_AT);
    expect(FORMAT).toContain(`header  = ${REPLAY_HEADER_BYTES} bytes`);
    expect(header.find(([, , , name]) => name === 'version')?.[4]).toBe(String(REPLAY_VERSION));
    expect(FORMAT).toContain(`more than ${MAX_REPORTS.toLocaleString('en')} reports`);
    expect(FORMAT).toContain(`within ${BESIDE_S} s`);
    const bits = Object.entries(VALID).map(([name, bit]) => `${Math.log2(bit)} ${name}`);
    expect(FORMAT).toContain(`bit ${bits.join(', ')}.`);
  });

  it('names in REPORTED every column that a report shares with a span', () => {
    const ofSpan = SPAN.map(([name]) => name as string);
    expect([...REPORTED]).toEqual(
      REPORT.map(([name]) => name as string).filter((name) => ofSpan.includes(name)),
    );
  });
});
