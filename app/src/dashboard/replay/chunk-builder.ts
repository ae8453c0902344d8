import { CALLSIGN_BYTES, copyRows, createColumns, ROW } from '../../wire/columns.ts';
import {
  Growing,
  MAX_REPORTS,
  REPORT,
  REPORTED,
  type ReplayChunk,
  type ReportColumns,
  SPAN,
} from '../../wire/replay-chunk.ts';
import { type Aircraft, encodeIcao24, writeAircraft } from '../../wire/units.ts';
import { NameTable } from '../live/names.ts';

/** A row of `queries/replay.sql`: an aircraft, when, and by whom it was heard. */
export interface Told extends Aircraft {
  /** After the beginning of the chunk. */
  readonly seconds: number;
  readonly origin_country: string | null;
  readonly feed: string | null;
}

/** What can be changed in a row of the picture without a report's saying so begins another span. */
const OF_A_SPAN = ['icao24', 'squawk', 'country'] as const;

/** Rows before the columns have to grow. */
const FIRST_ROOM = 4096;

/** Makes a chunk of rows that come by aircraft, then time. Memory is that of the columns, whatever the rows are. */
export class ChunkBuilder {
  readonly #spans = new Growing(SPAN, FIRST_ROOM);
  readonly #reports = new Growing(REPORT, FIRST_ROOM);
  readonly #countries = new NameTable();
  readonly #feeds = new NameTable();
  readonly #row = createColumns(ROW, 1);

  /** Adds a row; false: it has no room, and nothing is added. A row whose address is none is passed over. */
  add(told: Told): boolean {
    const icao24 = encodeIcao24(told.icao24);
    if (icao24 === null) return true;
    if (this.#reports.count === MAX_REPORTS) return false;
    writeAircraft(this.#row, 0, icao24, told, {
      country: this.#countries.indexOf(told.origin_country),
      feed: this.#feeds.indexOf(told.feed),
    });
    if (!this.#isSameSpan()) copyRows(1, this.#row, null, this.#spans.columns, [this.#spans.add()]);
    const { reports } = this.#spans.columns;
    const span = this.#spans.count - 1;
    reports[span] = (reports[span] ?? 0) + 1;
    const report = this.#reports.add();
    const columns: ReportColumns = this.#reports.columns;
    columns.time[report] = told.seconds;
    for (const name of REPORTED) columns[name][report] = this.#row[name][0] ?? 0;
    return true;
  }

  /** The chunk of what was added. */
  chunk(of: Pick<ReplayChunk, 'from' | 'to' | 'until' | 'step' | 'cut'>): ReplayChunk {
    return {
      ...of,
      countries: this.#countries.names,
      feeds: this.#feeds.names,
      spans: this.#spans.count,
      spanColumns: this.#spans.columns,
      reports: this.#reports.count,
      reportColumns: this.#reports.columns,
    };
  }

  #isSameSpan(): boolean {
    const span = this.#spans.count - 1;
    if (span < 0) return false;
    const { columns } = this.#spans;
    if (OF_A_SPAN.some((name) => columns[name][span] !== this.#row[name][0])) return false;
    for (let k = 0; k < CALLSIGN_BYTES; k++) {
      if (columns.callsign[span * CALLSIGN_BYTES + k] !== this.#row.callsign[k]) return false;
    }
    return true;
  }
}
