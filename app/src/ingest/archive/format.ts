import { UnusableInputError } from '../input/unusable-input.ts';
import { isMessagesCsv } from './csv-messages.ts';
import {
  type ArchiveRow,
  isStatesCsv,
  readCsvLines,
  readJsonArray,
  readJsonLines,
  rowOfLine,
} from './state-rows.ts';
import { readTrace } from './trace.ts';

/** The format of an unpacked file, as far as its beginning shows. */
export type Format = SourceFormat | 'messages' | 'messages csv' | 'parquet' | { readonly unknown: string };

/** The formats of others, whose rows become state vectors. */
export type SourceFormat = 'csv' | 'json lines' | 'json list' | 'trace' | 'empty';

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
    if (/"icao24"\s*:/.test(text))
      return /"(time_position|last_contact|longitude|latitude)"\s*:/.test(text) ? 'messages' : 'json lines';
    return { unknown: 'it holds neither rows of state vectors nor a trace' };
  }
  if (text.startsWith('PAR1')) return 'parquet';
  if (bytes.subarray(0, 4).equals(Buffer.from('Obj\u0001', 'latin1')))
    return { unknown: 'it is Avro, which is not read: OpenSky has the same file as .csv.tar' };
  const [line = ''] = text.split(/\r?\n/, 1);
  if (bytes.includes(0) || !(isStatesCsv(line) || isMessagesCsv(line)))
    return { unknown: 'it is no CSV of OpenSky state vectors (time,icao24,lat,lon,…), and no JSON' };
  return isStatesCsv(line) ? 'csv' : 'messages csv';
}

/** As {@link formatOf}, for a source: rows of a lake have been sent once. */
export function sourceFormatOf(head: Uint8Array): SourceFormat | { readonly unknown: string } {
  const format = formatOf(head);
  if (format === 'messages')
    return { unknown: 'it holds messages, which --source ndjson:FILE and "contrail backfill" read' };
  if (format === 'messages csv' || format === 'parquet')
    return { unknown: 'it is a copy of rows of a lake, or Parquet, which "contrail backfill" reads' };
  return format;
}

/**
 * The rows of a file of a known format.
 * @throws UnusableInputError when it is none, or is cut off; its other errors are those of `bytes`
 */
export async function* readRows(
  format: SourceFormat | { readonly unknown: string },
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly ArchiveRow[]> {
  switch (format) {
    case 'csv':
      for await (const { form, lines } of readCsvLines(bytes))
        yield lines.map((line) => rowOfLine(line, form));
      return;
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
