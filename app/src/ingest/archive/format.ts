import { UnusableInputError } from '../input/unusable-input.ts';
import { isStatesCsv, readCsv, readJsonArray, readJsonLines, type Rows } from './state-rows.ts';
import { readTrace } from './trace.ts';

/** The format of an unpacked file, as far as its beginning shows. */
export type Format = 'csv' | 'json lines' | 'json list' | 'trace' | 'empty' | { readonly unknown: string };

/** Recognises a file by its beginning. Names do not help, because all of readsb's end in `.json`. */
export function formatOf(head: Uint8Array): Format {
  const bytes = Buffer.from(head);
  const text = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (text === '') return 'empty';
  if (text.startsWith('[')) {
    return /"icao24"\s*:/.test(text) ? 'json list' : { unknown: 'its list holds no state vectors' };
  }
  if (text.startsWith('{')) {
    if (/"(trace|timestamp)"\s*:/.test(text)) return 'trace';
    if (/"states"\s*:/.test(text))
      return { unknown: "it is an answer of OpenSky's /states/all, which --source replay:PATH reads" };
    if (/"(aircraft|ac)"\s*:/.test(text))
      return { unknown: 'it is an aircraft.json of a receiver, which --source readsb:FILE reads' };
    if (/"icao24"\s*:/.test(text)) return 'json lines';
    return { unknown: 'it holds neither rows of state vectors nor a trace' };
  }
  if (bytes.subarray(0, 4).equals(Buffer.from('Obj\u0001', 'latin1')))
    return { unknown: 'it is Avro, which is not read: OpenSky has the same file as .csv.tar' };
  const [line = ''] = text.split(/\r?\n/, 1);
  if (bytes.includes(0) || !isStatesCsv(line))
    return { unknown: 'it is no CSV of OpenSky state vectors (time,icao24,lat,lon,…), and no JSON' };
  return 'csv';
}

/**
 * The rows of a file of a known format.
 * @throws UnusableInputError when it is none, or is cut off; its other errors are those of `bytes`
 */
export async function* readRows(format: Format, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Rows> {
  switch (format) {
    case 'csv':
      return yield* readCsv(bytes);
    case 'json lines':
      return yield* readJsonLines(bytes);
    case 'json list':
      return yield* readJsonArray(bytes);
    case 'trace':
      return yield await readTrace(bytes);
    case 'empty':
      // Where it is, because it could not be read, that comes out here.
      for await (const _ of bytes);
      return;
    default:
      throw new UnusableInputError(format.unknown);
  }
}
