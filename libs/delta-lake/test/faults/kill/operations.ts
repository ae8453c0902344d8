import { duckdbCodec } from '../../../src/duckdb.ts';
import {
  createTable,
  type DeltaTable,
  hasCode,
  openTable,
  type Row,
  struct,
  type TableOptions,
} from '../../../src/index.ts';

const SCHEMA = struct({ id: 'long', p: 'string' });
/** Everything that lies in the folder is past its retention then. */
const LATER_MS = 40 * 86_400_000;
const TRANSACTION = { appId: 'killed', version: 1 };

const row = (id: number): Row => ({ id: BigInt(id), p: id % 2 === 0 ? 'even' : 'odd' });

/** Something that is done to the table of {@link prepare}, and killed. */
export interface KilledOperation {
  readonly name: string;
  /** Doing it once more after it was done changes nothing. */
  readonly run: (folder: string) => Promise<unknown>;
  /** The ids before and after; null: there is no table yet. */
  readonly before: readonly number[] | null;
  readonly after: readonly number[];
  /** False: on a file system that has none. */
  readonly hasLinks?: false;
  /** Table properties of its own. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Names of steps that must be among those it was killed at. */
  readonly steps: readonly (string | RegExp)[];
}

const ROWS = [0, 1, 2, 3, 5];
const DATA = [/^open \.part-.*tmp$/, /^half of \.part-.*tmp$/, /^rename part-.*parquet$/];
const COMMIT = [
  'half of .00000000000000000004.json.tmp',
  'sync .00000000000000000004.json.tmp',
  'link 00000000000000000004.json',
  'unlink .00000000000000000004.json.tmp',
  'link 00000000000000000004.crc',
];
const HOUSEKEEPING = [
  'half of .00000000000000000004.checkpoint.parquet.tmp',
  'rename 00000000000000000004.checkpoint.parquet',
  'half of ._last_checkpoint.tmp',
  'rename _last_checkpoint',
];
const CLEANUP = ['unlink 00000000000000000000.json', 'unlink 00000000000000000001.crc'];

/** Opens the table, does something, and waits until all of it is done. */
const on =
  (work: (table: DeltaTable) => Promise<unknown>, options: TableOptions = {}) =>
  async (folder: string): Promise<void> => {
    const table = await openTable(folder, options);
    await work(table);
    await table.settled();
  };
const later: TableOptions = { clock: () => Date.now() + LATER_MS };

/** Every operation that writes. */
export const OPERATIONS: readonly KilledOperation[] = [
  {
    name: 'create',
    run: async (folder) => {
      await createTable(folder, { schema: SCHEMA, ifExists: 'open' });
    },
    before: null,
    after: [],
    steps: ['mkdir _delta_log', 'link 00000000000000000000.json'],
  },
  {
    name: 'append, with a checkpoint and a log cleanup behind it',
    run: on((table) => table.append([row(10), row(11)], { transaction: TRANSACTION }), later),
    before: ROWS,
    after: [...ROWS, 10, 11],
    properties: { 'delta.checkpointInterval': '2' },
    steps: [...DATA, ...COMMIT, ...HOUSEKEEPING, ...CLEANUP],
  },
  {
    name: 'append with DuckDB, whose files are copied',
    run: async (folder) => {
      const temporaryFolder = folder.replace(/[^/]*$/, 'duckdb');
      await using parquet = duckdbCodec({ smallFileRows: 0, smallFileBytes: 0, temporaryFolder });
      await on((table) => table.append([row(10)], { transaction: TRANSACTION }), { parquet })(folder);
    },
    before: ROWS,
    after: [...ROWS, 10],
    steps: [/^copy \.part-00000/, /^half of \.part-00000/, /^rename part-00000/, ...COMMIT],
  },
  {
    name: 'append without hard links',
    run: on((table) => table.append([row(10), row(11)], { transaction: TRANSACTION })),
    before: ROWS,
    after: [...ROWS, 10, 11],
    hasLinks: false,
    steps: [
      'mkdir .trial.tmp',
      'mkdir .00000000000000000004.json.tmp',
      'rename .00000000000000000004.json.claim',
      'rename 00000000000000000004.json',
      'rename 00000000000000000004.crc',
    ],
  },
  {
    name: 'overwrite',
    run: on((table) => table.overwrite([row(9)], { transaction: TRANSACTION })),
    before: ROWS,
    after: [9],
    steps: [...DATA, ...COMMIT],
  },
  {
    name: 'replaceWhere',
    run: on((table) => table.replaceWhere([{ column: 'p', equals: 'odd' }], [row(21)])),
    before: ROWS,
    after: [0, 2, 21],
    steps: [...DATA, ...COMMIT],
  },
  {
    name: 'delete, with change files',
    run: on((table) => table.delete([{ column: 'id', max: 1n }])),
    before: ROWS,
    after: [2, 3, 5],
    properties: { 'delta.enableChangeDataFeed': 'true' },
    steps: [...DATA, 'sync _change_data', ...COMMIT],
  },
  {
    name: 'update',
    run: on((table) => table.update({ id: 7n }, [{ column: 'id', equals: 3n }])),
    before: ROWS,
    after: [0, 1, 2, 5, 7],
    steps: [...DATA, ...COMMIT],
  },
  {
    name: 'merge',
    run: on((table) => table.merge([row(3), row(12)], { on: ['id'] })),
    before: ROWS,
    after: [...ROWS, 12],
    steps: [...DATA, ...COMMIT],
  },
  {
    name: 'addColumns',
    run: on((table) => table.addColumns(struct({ extra: 'date' }))),
    before: ROWS,
    after: ROWS,
    steps: COMMIT,
  },
  {
    name: 'optimize',
    run: on((table) => table.optimize()),
    before: ROWS,
    after: ROWS,
    steps: [...DATA, ...COMMIT],
  },
  {
    name: 'restore',
    run: on((table) => table.restore({ version: 2 })),
    before: ROWS,
    after: [0, 1, 2, 3, 4, 5],
    steps: COMMIT,
  },
  {
    name: 'vacuum',
    run: on((table) => table.vacuum(), later),
    before: ROWS,
    after: ROWS,
    steps: [...COMMIT, /^unlink part-/, 'link 00000000000000000005.json'],
  },
  {
    name: 'log cleanup',
    run: on((table) => table.cleanUpLog(), later),
    before: ROWS,
    after: ROWS,
    properties: { 'delta.checkpointInterval': '2' },
    steps: CLEANUP,
  },
];

/** A table of four versions after its creation, at version 3; both partitions hold more than one file, one file is removed. */
export async function prepare(folder: string, operation: KilledOperation): Promise<void> {
  if (operation.before === null) return;
  const table = await createTable(folder, {
    schema: SCHEMA,
    partitionColumns: ['p'],
    configuration: operation.properties ?? {},
  });
  await table.append([0, 1, 2, 3].map(row));
  await table.append([4, 5].map(row));
  await table.delete([{ column: 'id', equals: 4n }]);
  await table.settled();
}

/** The ids of a table's rows, sorted; null where there is no table. */
export async function idsOf(folder: string): Promise<number[] | null> {
  const table = await openTable(folder).catch((error: unknown) => {
    if (hasCode(error, 'not-a-table')) return null;
    throw error;
  });
  if (!table) return null;
  const ids: number[] = [];
  for await (const rows of table.cached().rows()) ids.push(...rows.map(({ id }) => Number(id)));
  return ids.sort((a, b) => a - b);
}

/** The table goes on in other hands. */
export async function goOn(folder: string, id: number): Promise<void> {
  const table = await openTable(folder);
  const { kind } = await table.append([row(id)]);
  if (kind !== 'committed') throw new Error(`The next writer's append is ${kind}.`);
  await table.settled();
}

/** Vacuums all that is of no use any more, with the eyes of somebody who comes much later. */
export async function tidyUp(folder: string): Promise<void> {
  const table = await openTable(folder, later);
  await table.vacuum({ retentionMs: 0, allowShortRetention: true });
  await table.settled();
}
