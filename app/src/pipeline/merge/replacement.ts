/** Which files of a table a slice replaces, and where their other rows go. */
import type { AddFile, Snapshot } from '@contrail/delta-lake';
import type { Engine, Select, WrittenFile } from '../../engine/engine.ts';
import { dataFiles, type Lake } from '../../lake/lake.ts';
import type { TableDefinition } from '../../lake/table.ts';
import type { Span } from './slices.ts';

/** What a slice changes in a table. */
export interface Change {
  readonly adds: readonly WrittenFile[];
  readonly removes: readonly AddFile[];
  /** Rows that are new; the others were carried from the removed files. */
  readonly rows: number;
}

/** How the rows of a table lie in time. */
export interface TimeOrder {
  /** The column that the statistics are of. */
  readonly column: string;
  /** The same in SQL, epoch seconds. */
  readonly seconds: string;
}
export const BY_POSITION: TimeOrder = { column: 'time_position', seconds: 'time_position' };
export const BY_WINDOW: TimeOrder = {
  column: 'window_start',
  seconds: 'seconds_from_timestamp(window_start)',
};

/** The times of a file's rows, epoch seconds; both ends are in it. Without statistics: all times. */
export function timesOf({ stats }: Pick<AddFile, 'stats'>, { column }: TimeOrder): Span {
  const seconds = (value: unknown, unknown: number): number => {
    if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
    const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    return Number.isNaN(ms) ? unknown : ms / 1000;
  };
  return {
    start: seconds(stats?.minValues[column], -Infinity),
    end: seconds(stats?.maxValues[column], Infinity),
  };
}

/** The files that may have rows of a span; `mixed` are those that may have others too. */
export function filesOfSpan(
  files: Iterable<AddFile>,
  order: TimeOrder,
  { start, end }: Span,
): { readonly touched: readonly AddFile[]; readonly mixed: readonly AddFile[] } {
  const touched = [...files].filter((file) => {
    const times = timesOf(file, order);
    return times.start < end && times.end >= start;
  });
  const mixed = touched.filter((file) => {
    const times = timesOf(file, order);
    return times.start < start || times.end >= end;
  });
  return { touched, mixed };
}

/**
 * The spans into which the other rows of mixed files are cut: what lies before, then each of the spans between the
 * borders to come, then what lies behind. So each later slice finds files that have no rows but its own, and each row is
 * carried once.
 */
export function restsOf({ start, end }: Span, borders: readonly number[]): readonly Span[] {
  const cuts = [end, ...borders.filter((border) => border > end), Infinity];
  return [
    { start: -Infinity, end: start },
    ...cuts.slice(1).map((cut, index) => ({ start: cuts[index] as number, end: cut })),
  ];
}

/** Writes the rows of a span of a table, and the other rows of the files that they replace. */
export async function replaceSpan(
  {
    engine,
    lake,
    signal,
  }: { readonly engine: Engine; readonly lake: Lake; readonly signal: AbortSignal | undefined },
  table: {
    readonly definition: TableDefinition;
    readonly snapshot: Snapshot;
    readonly order: TimeOrder;
    /** Ends of the slices to come. */
    readonly borders: readonly number[];
  },
  span: Span,
  rows: Select,
): Promise<Change> {
  const { definition, snapshot, order } = table;
  const target = {
    folder: lake.folder(definition),
    columns: definition.columns,
    partitionBy: definition.partitionColumns,
  };
  const { touched, mixed } = filesOfSpan(snapshot.files(), order, span);
  const adds = [...(await engine.write({ ...rows, signal }, target))];
  const newRows = rowsOf(adds);
  for (const rest of restsOf(span, table.borders)) {
    const files = filesOfSpan(mixed, order, rest).touched;
    if (files.length === 0) continue;
    const bounds = [
      ...(rest.start === -Infinity ? [] : [`${order.seconds} >= :start`]),
      ...(rest.end === Infinity ? [] : [`${order.seconds} < :end`]),
    ];
    const carried = await engine.write(
      {
        sql: `select * from old where ${bounds.join(' and ')}`,
        relations: { old: dataFiles(definition, snapshot, { files }) },
        parameters: {
          ...(rest.start === -Infinity ? {} : { start: BigInt(rest.start) }),
          ...(rest.end === Infinity ? {} : { end: BigInt(rest.end) }),
        },
        signal,
      },
      target,
    );
    adds.push(...carried);
  }
  return { adds, removes: touched, rows: newRows };
}

/** Rows in files. */
export const rowsOf = (files: readonly Pick<WrittenFile, 'rows'>[]): number =>
  files.reduce((sum, { rows }) => sum + rows, 0);
