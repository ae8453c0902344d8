import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { type Row, hyparquetCodec, struct } from '../../src/index.ts';
import { parseDate, parseInstant } from '../../src/schema/instant.ts';
import { collect } from '../tables.ts';

/** What Spark 4.2 reads from what it wrote in LEGACY mode, by proleptic Gregorian values: stored, meant. */
const DAYS = [
  ['0000-12-30', '0001-01-01'],
  ['1582-10-14', '1582-10-04'],
  ['1582-10-15', '1582-10-15'],
  ['1500-03-10', '1500-03-01'],
  ['1969-12-31', '1969-12-31'],
] as const;
const INSTANTS = [
  ['UTC', '1582-10-14T12:00:00', '1582-10-04T12:00:00'],
  ['UTC', '1899-12-31T23:59:59.5', '1899-12-31T23:59:59.5'],
  ['America/Los_Angeles', '1582-10-14T20:00:00', '1582-10-04T19:52:58'],
  ['America/Los_Angeles', '0000-12-30T08:00:00', '0001-01-01T07:52:58'],
  ['America/Los_Angeles', '1883-11-18T21:00:00', '1883-11-18T21:00:00'],
  ['America/Los_Angeles', '1900-01-01T08:00:00', '1900-01-01T08:00:00'],
  ['GMT+08:00', '1582-10-14T04:00:00', '1582-10-04T04:00:00'],
] as const;

const VERSION = { key: 'org.apache.spark.version', value: '3.5.0' };
const LEGACY = { key: 'org.apache.spark.legacyDateTime', value: '' };
const zoned = (zone: string) => ({ key: 'org.apache.spark.timeZone', value: zone });

/** A file of one row whose footer has these entries. */
async function read(
  day: string,
  instant: string,
  kvMetadata: readonly { readonly key: string; readonly value: string }[],
): Promise<Row | undefined> {
  const bytes = new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'day', data: [parseDate(day)] },
        { name: 'at', data: [parseInstant(instant)] },
        { name: 'local', data: [parseInstant(instant)] },
      ],
      schema: [
        { name: 'spark_schema', num_children: 3 },
        { name: 'day', type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' },
        { name: 'at', type: 'INT64', converted_type: 'TIMESTAMP_MICROS', repetition_type: 'OPTIONAL' },
        {
          name: 'local',
          type: 'INT64',
          logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' },
          repetition_type: 'OPTIONAL',
        },
      ],
      kvMetadata: [...kvMetadata],
    }),
  );
  const source = {
    bytes: bytes.length,
    read: async (start: number, end: number) => bytes.subarray(start, end),
  };
  const schema = struct({ day: 'date', at: 'timestamp', local: 'timestamp_ntz' });
  return (await collect(hyparquetCodec().read(source, schema))).flat()[0];
}

describe('a file of a writer with the legacy calendar', () => {
  test.each(DAYS)('holds %s for %s', async (stored, meant) => {
    expect(await read(stored, '2020-01-01', [VERSION, LEGACY])).toMatchObject({ day: meant });
    expect(await read(stored, '2020-01-01', [{ ...VERSION, value: '2.4.8' }])).toMatchObject({ day: meant });
  });

  test.each(INSTANTS)('in %s holds %s for %s; local times are as they are', async (zone, stored, meant) => {
    expect(await read('2020-01-01', stored, [VERSION, LEGACY, zoned(zone)])).toMatchObject({
      at: parseInstant(meant),
      local: parseInstant(stored),
    });
  });

  test('is corrupt when its zone is unknown', async () => {
    await expect(read('2020-01-01', '1582-01-01', [VERSION, LEGACY, zoned('Nowhere')])).rejects.toMatchObject(
      {
        code: 'corrupt-file',
      },
    );
  });
});

test.each([
  ['of no known writer', []],
  ['of Spark 3 and later', [VERSION, zoned('America/Los_Angeles')]],
  ['that says so of INT96 only', [VERSION, { key: 'org.apache.spark.legacyINT96', value: '' }]],
])('a file %s is read as it is', async (_, entries) => {
  expect(await read('1582-10-14', '1582-10-14T12:00:00', entries)).toMatchObject({
    day: '1582-10-14',
    at: parseInstant('1582-10-14T12:00:00'),
  });
});
