import {
  type Columns,
  type ColumnTable,
  columnsAt,
  copyColumns,
  createColumns,
  ROW,
  rowBytes,
} from './columns.ts';

/**
 * A chunk of a replay: the reports of all aircraft in a stretch of event time, as `REPLAY.md` has it. The columns are here
 * once; a test compares that page with them.
 */

/** Block `spans`: reports of one aircraft in a row, in which nothing changes but what is in {@link REPORT}. */
export const SPAN = [['reports', Uint32Array, 1], ...ROW] as const satisfies ColumnTable;

/** Block `reports`: what an aircraft said of itself at one moment. */
export const REPORT = [
  ['longitude', Int32Array, 1],
  ['latitude', Int32Array, 1],
  ['time', Int16Array, 1],
  ['altitude', Int16Array, 1],
  ['velocity', Uint16Array, 1],
  ['true_track', Uint16Array, 1],
  ['vertical_rate', Int16Array, 1],
  ['geo_offset', Int8Array, 1],
  ['category', Uint8Array, 1],
  ['feed', Uint8Array, 1],
  ['position_source', Uint8Array, 1],
  ['is_stale', Uint8Array, 1],
  ['validity', Uint8Array, 1],
] as const satisfies ColumnTable;

/** The columns that a report has of its own and a row of the picture has too. */
export const REPORTED = [
  'longitude',
  'latitude',
  'altitude',
  'velocity',
  'true_track',
  'vertical_rate',
  'geo_offset',
  'category',
  'feed',
  'position_source',
  'is_stale',
  'validity',
] as const satisfies readonly (keyof ReportColumns & keyof SpanColumns)[];

export type SpanColumns = Columns<typeof SPAN>;
export type ReportColumns = Columns<typeof REPORT>;

export const REPLAY_MAGIC: readonly [number, number] = [0x43, 0x52];
export const REPLAY_VERSION = 1;
export const REPLAY_HEADER_BYTES = 48;
/** Offsets of the header's fields. */
export const REPLAY_HEADER_AT = {
  magic: 0,
  version: 2,
  cut: 3,
  step: 4,
  from: 8,
  to: 16,
  until: 24,
  spans: 32,
  reports: 36,
  names: 40,
} as const;

/** Length of the chunks that the page asks for, seconds of event time. They begin at multiples of it. */
export const CHUNK_S = 300;
/** An aircraft's report before a chunk, and the one after it, lie at most this far from it, seconds. */
export const BESIDE_S = 900;
/** The most reports of one chunk. */
export const MAX_REPORTS = 500_000;

/** One chunk, as values. Times are epoch seconds. */
export interface ReplayChunk {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** Rows that are dated later than this were left out: when the chunk was made, it was not later than that. */
  readonly until: number;
  /** Each aircraft has at most one report of each `step` seconds; 1: all are there. */
  readonly step: number;
  /** Whether aircraft are missing, because there were more reports than a chunk may have. */
  readonly cut: boolean;
  /** What the numbers in the columns `country` and `feed` mean. */
  readonly countries: readonly string[];
  readonly feeds: readonly string[];
  /** By aircraft, then time: `reports` of `reportColumns` belong to each. */
  readonly spans: number;
  readonly spanColumns: SpanColumns;
  readonly reports: number;
  readonly reportColumns: ReportColumns;
}

/** The bytes of a chunk. Its columns may be longer than its counts: what is beyond is left out. */
export function encodeChunk(chunk: ReplayChunk): Uint8Array<ArrayBuffer> {
  const { countries, feeds } = chunk;
  const names = new TextEncoder().encode(JSON.stringify({ countries, feeds }));
  const places = placesOf(chunk.spans, chunk.reports);
  const bytes = new Uint8Array(places.names + names.length);
  const header = new DataView(bytes.buffer);
  const at = REPLAY_HEADER_AT;
  header.setUint8(at.magic, REPLAY_MAGIC[0]);
  header.setUint8(at.magic + 1, REPLAY_MAGIC[1]);
  header.setUint8(at.version, REPLAY_VERSION);
  header.setUint8(at.cut, chunk.cut ? 1 : 0);
  header.setUint32(at.step, chunk.step, true);
  header.setFloat64(at.from, chunk.from, true);
  header.setFloat64(at.to, chunk.to, true);
  header.setFloat64(at.until, chunk.until, true);
  header.setUint32(at.spans, chunk.spans, true);
  header.setUint32(at.reports, chunk.reports, true);
  header.setUint32(at.names, names.length, true);
  copyColumns(
    SPAN,
    firstOf(SPAN, chunk.spanColumns, chunk.spans),
    columnsAt(SPAN, bytes.buffer, places.spans, chunk.spans),
  );
  copyColumns(
    REPORT,
    firstOf(REPORT, chunk.reportColumns, chunk.reports),
    columnsAt(REPORT, bytes.buffer, places.reports, chunk.reports),
  );
  bytes.set(names, places.names);
  return bytes;
}

/**
 * Reads a chunk; null where the bytes are none. Never throws, and never answers columns of which a span has reports that are
 * not there. The columns are views of `buffer`.
 */
export function decodeChunk(buffer: ArrayBuffer): ReplayChunk | null {
  if (buffer.byteLength < REPLAY_HEADER_BYTES) return null;
  const header = new DataView(buffer);
  const at = REPLAY_HEADER_AT;
  const isChunk =
    header.getUint8(at.magic) === REPLAY_MAGIC[0] &&
    header.getUint8(at.magic + 1) === REPLAY_MAGIC[1] &&
    header.getUint8(at.version) === REPLAY_VERSION;
  const spans = header.getUint32(at.spans, true);
  const reports = header.getUint32(at.reports, true);
  const length = header.getUint32(at.names, true);
  if (!isChunk || reports > MAX_REPORTS || spans > reports) return null;
  const places = placesOf(spans, reports);
  if (buffer.byteLength !== places.names + length) return null;
  const spanColumns = columnsAt(SPAN, buffer, places.spans, spans);
  let sum = 0;
  for (const count of spanColumns.reports) {
    if (count === 0) return null;
    sum += count;
  }
  if (sum !== reports) return null;
  const names = readNames(new Uint8Array(buffer, places.names));
  if (names === null) return null;
  return {
    from: header.getFloat64(at.from, true),
    to: header.getFloat64(at.to, true),
    until: header.getFloat64(at.until, true),
    step: header.getUint32(at.step, true),
    cut: header.getUint8(at.cut) === 1,
    ...names,
    spans,
    spanColumns,
    reports,
    reportColumns: columnsAt(REPORT, buffer, places.reports, reports),
  };
}

function readNames(bytes: Uint8Array): Pick<ReplayChunk, 'countries' | 'feeds'> | null {
  try {
    const { countries, feeds } = JSON.parse(new TextDecoder().decode(bytes)) as Readonly<
      Record<string, unknown>
    >;
    const isList = (value: unknown): value is string[] =>
      Array.isArray(value) && value.every((name) => typeof name === 'string');
    return isList(countries) && isList(feeds) ? { countries, feeds } : null;
  } catch {
    return null;
  }
}

/** Where the blocks begin; each takes whole 64-bit words. */
function placesOf(spans: number, reports: number): { spans: number; reports: number; names: number } {
  const atReports = REPLAY_HEADER_BYTES + wholeWords(spans * rowBytes(SPAN));
  return {
    spans: REPLAY_HEADER_BYTES,
    reports: atReports,
    names: atReports + wholeWords(reports * rowBytes(REPORT)),
  };
}

const wholeWords = (bytes: number): number => Math.ceil(bytes / 8) * 8;

function firstOf<Table extends ColumnTable>(
  table: Table,
  columns: Columns<Table>,
  count: number,
): Columns<Table> {
  const all: Readonly<Record<string, { subarray(from: number, to: number): unknown }>> = columns;
  return Object.fromEntries(
    table.map(([name, , perRow]) => [name, all[name]?.subarray(0, count * perRow)]),
  ) as Columns<Table>;
}

/** Columns that become longer as rows come: twice as long when they are full. */
export class Growing<Table extends ColumnTable> {
  columns: Columns<Table>;
  count = 0;
  #room: number;
  readonly #table: Table;

  constructor(table: Table, room: number) {
    this.#table = table;
    this.#room = room;
    this.columns = createColumns(table, room);
  }

  /** The number of a new row at the end, whose cells are zero. */
  add(): number {
    if (this.count === this.#room) {
      this.#room *= 2;
      const longer = createColumns(this.#table, this.#room);
      copyColumns(this.#table, this.columns, longer);
      this.columns = longer;
    }
    this.count += 1;
    return this.count - 1;
  }
}
