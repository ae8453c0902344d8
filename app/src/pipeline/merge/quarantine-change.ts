/** What a slice changes in the quarantine: it gets what it lacks, and what the rules of today let through leaves it. */
import type { AddFile, Snapshot } from '@contrail/delta-lake';
import type { Engine, Relation, Select, WrittenFile } from '../../engine/engine.ts';
import type { Value } from '../../lake/column.ts';
import { dataFiles, type Lake } from '../../lake/lake.ts';
import { QUARANTINE_FLIGHTS } from '../../lake/quarantine-flights.ts';
import { BATCH, QUARANTINE_SELECT } from '../batch-selects.ts';
import { countRows } from './count-rows.ts';
import { MERGE_QUERIES } from './merge-queries.ts';
import type { Change } from './replacement.ts';

const REFUSED = { kind: 'kept', name: 'merge_refused' } as const satisfies Relation;
const RELEASED = { kind: 'kept', name: 'merge_released' } as const satisfies Relation;

/** The files of the quarantine that may have rows that were received in this time. */
function filesReceived(
  snapshot: Snapshot | null,
  [first, last]: readonly [Value, Value],
): readonly AddFile[] {
  if (snapshot === null || typeof first !== 'bigint' || typeof last !== 'bigint') return [];
  // Statistics of a timestamp are cut to milliseconds.
  return snapshot.files([{ column: 'ingested_at', min: first - 1000n, max: last + 1000n }]);
}

/** Files as a relation whose rows say which of them they are in. */
function numbered(snapshot: Snapshot | null, files: readonly AddFile[]): Relation {
  const names = ['topic_partition', 'topic_offset', 'reason'];
  const relation = dataFiles(QUARANTINE_FLIGHTS, snapshot, { files, columns: names });
  return {
    ...relation,
    columns: [...relation.columns, { name: 'file_number', type: 'integer' }],
    files: relation.files.map((file, index) => ({ ...file, constants: { file_number: index } })),
  };
}

/** What {@link quarantineChange} finds. */
export interface QuarantineChange {
  /** Rows of the slice that do not reach Silver. */
  readonly refused: number;
  readonly lacking: number;
  readonly released: number;
  readonly lackingRows: Select;
  readonly releasedRows: Select;
  /** Writes the files; not called in a dry run. */
  readonly write: () => Promise<Change>;
}

/** Compares the quarantine with the rows of the slice ({@link BATCH}, duplicates), which are kept. */
export async function quarantineChange(
  {
    engine,
    lake,
    signal,
  }: { readonly engine: Engine; readonly lake: Lake; readonly signal: AbortSignal | undefined },
  snapshot: Snapshot | null,
  received: readonly [Value, Value],
): Promise<QuarantineChange> {
  await engine.keep(REFUSED.name, { ...QUARANTINE_SELECT, signal });
  const files = filesReceived(snapshot, received);
  const quarantine = numbered(snapshot, files);
  await engine.keep(RELEASED.name, {
    sql: MERGE_QUERIES.released,
    relations: { quarantine, batch: BATCH, refused: REFUSED },
    signal,
  });
  const lackingRelations = { refused: REFUSED, quarantine };
  const { refused, lacking, released } = await countRows(
    engine,
    { refused: 'refused', lacking: `(${MERGE_QUERIES.lacking}) as lacking`, released: 'released' },
    { ...lackingRelations, released: RELEASED },
    signal,
  );

  const write = async (): Promise<Change> => {
    const target = {
      folder: lake.folder(QUARANTINE_FLIGHTS),
      columns: QUARANTINE_FLIGHTS.columns,
      partitionBy: QUARANTINE_FLIGHTS.partitionColumns,
    };
    const adds: WrittenFile[] = [];
    if (lacking > 0)
      adds.push(
        ...(await engine.write({ sql: MERGE_QUERIES.lacking, relations: lackingRelations, signal }, target)),
      );
    if (released === 0) return { adds, removes: [], rows: lacking };
    const hit = await engine.rows({
      sql: 'select distinct file_number from released',
      relations: { released: RELEASED },
      signal,
    });
    const removes = hit.map((row) => files[Number(row['file_number'])] as AddFile);
    adds.push(
      ...(await engine.write(
        {
          sql: MERGE_QUERIES.keptInQuarantine,
          relations: {
            old: dataFiles(QUARANTINE_FLIGHTS, snapshot, { files: removes }),
            released: RELEASED,
          },
          signal,
        },
        target,
      )),
    );
    return { adds, removes, rows: lacking };
  };
  return {
    refused,
    lacking,
    released,
    lackingRows: { sql: MERGE_QUERIES.lacking, relations: lackingRelations },
    releasedRows: { sql: 'select * from released', relations: { released: RELEASED } },
    write,
  };
}

/** Drops what {@link quarantineChange} has kept. */
export async function forgetQuarantine(engine: Engine): Promise<void> {
  for (const { name } of [REFUSED, RELEASED]) await engine.forget(name);
}
