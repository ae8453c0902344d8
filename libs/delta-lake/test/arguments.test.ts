import { describe, expect, test } from 'vitest';
import { duckdbCodec } from '../src/duckdb.ts';
import * as library from '../src/index.ts';
import {
  createTable,
  type DeltaTable,
  memoryStore,
  openSnapshot,
  openTable,
  type Snapshot,
  s3Store,
  type Transaction,
} from '../src/index.ts';
import { collect, SCHEMA } from './tables.ts';

const row = { id: 1n, name: 'a', day: '2026-11-23' };
const where = [{ column: 'id', equals: 1n }];
const columns = library.struct({ extra: 'long' });
const start = (table: DeltaTable): Transaction => table.startTransaction({ operation: 'WRITE' });

/** Every call that takes options, with options of the caller's making; `null`: it takes none. */
type Call = ((table: DeltaTable, options: never) => unknown) | null;

const TABLE_CALLS: Readonly<Record<string, Call>> = {
  constructor: null,
  snapshot: null,
  cached: null,
  snapshotAt: (table, options) => table.snapshotAt(options),
  startTransaction: (table, options) => table.startTransaction(options),
  append: (table, options) => table.append([row], options),
  overwrite: (table, options) => table.overwrite([row], options),
  replaceWhere: (table, options) => table.replaceWhere(where, [row], options),
  delete: (table, options) => table.delete(where, options),
  update: (table, options) => table.update({ name: 'b' }, where, options),
  merge: (table, options) => table.merge([row], options),
  addColumns: (table, options) => table.addColumns(columns, options),
  dropNotNull: (table, options) => table.dropNotNull('id', options),
  renameColumn: (table, options) => table.renameColumn('id', 'key', options),
  dropColumns: (table, options) => table.dropColumns(['name'], options),
  widenColumn: (table, options) => table.widenColumn('id', 'long', options),
  setProperties: (table, options) => table.setProperties({ a: 'b' }, options),
  unsetProperties: (table, options) => table.unsetProperties(['a'], options),
  addFeatures: (table, options) => table.addFeatures(['deletionVectors'], options),
  history: (table, options) => collect(table.history(options)),
  changes: null,
  changesBetween: null,
  commitStamp: null,
  check: null,
  optimize: (table, options) => table.optimize(options),
  autoCompact: (table, options) => table.autoCompact(options),
  compact: (table, options) => table.compact(() => [], options),
  restore: (table, options) => table.restore(options),
  vacuum: (table, options) => table.vacuum(options),
  deleteExpired: (table, options) => table.deleteExpired(options),
  recentFolders: null,
  cleanUpLog: (table, options) => table.cleanUpLog(options),
  settled: null,
};

const SNAPSHOT_CALLS: Readonly<Record<string, Call>> = {
  constructor: null,
  table: null,
  transactionVersion: null,
  exactTransactionVersion: null,
  fileCount: null,
  bytes: null,
  rowCount: null,
  files: (table, options) => table.cached().files([options]),
  absolutePath: null,
  fileSchema: null,
  scanFiles: (table, options) => collect(table.cached().scanFiles([options])),
  partitionValues: null,
  rows: (table, options) => collect(table.cached().rows(options)),
};

const TRANSACTION_CALLS: Readonly<Record<string, Call>> = {
  constructor: null,
  append: (table, options) => start(table).append([options]),
  restore: null,
  remove: null,
  identify: null,
  appendChanges: (table, options) => start(table).appendChanges([options]),
  setMetadata: null,
  setProtocol: null,
  setDomain: null,
  setOperationMetrics: null,
  setUserMetadata: null,
  commit: (table, options) => start(table).commit(options),
};

const FUNCTIONS: Readonly<Record<string, Call>> = {
  createTable: (_, options) => createTable(memoryStore(), options),
  openTable: (table, options) => openTable(table.store, options),
  openSnapshot: (table, options) => openSnapshot(table.store, { version: 0 }, options),
  s3Store: (_, options) => s3Store('s3://bucket/table', options),
  arrayOf: null,
  canonicalHeader: null,
  canonicalRow: null,
  creationIn: null,
  fileFacts: null,
  formatInstant: null,
  hasCode: null,
  hyparquetCodec: null,
  inParallel: null,
  isAtomicEndpoint: null,
  localStore: null,
  mapOf: null,
  memoryStore: null,
  parsePartitionValue: null,
  // Its argument is the environment, which has more in it.
  s3FromEnvironment: null,
  struct: null,
};

async function newTable(): Promise<DeltaTable> {
  const table = await createTable(memoryStore(), { schema: SCHEMA });
  await table.append([row]);
  return table;
}

const namesOf = (prototype: object): string[] => Object.getOwnPropertyNames(prototype).sort();

describe('an option that nobody knows is refused, by every call', async () => {
  const table = await newTable();
  const calls: readonly (readonly [string, object, Readonly<Record<string, Call>>])[] = [
    ['table', Object.getPrototypeOf(table) as object, TABLE_CALLS],
    ['snapshot', Object.getPrototypeOf(table.cached() satisfies Snapshot) as object, SNAPSHOT_CALLS],
    ['transaction', Object.getPrototypeOf(start(table)) as object, TRANSACTION_CALLS],
    ['', functionsOf(library), FUNCTIONS],
  ];
  for (const [of, prototype, known] of calls) {
    test(`the calls of ${of || 'the library'} are all listed here`, () => {
      expect(namesOf(prototype)).toEqual(Object.keys(known).sort());
    });
    for (const [name, call] of Object.entries(known)) {
      if (call === null) continue;
      test(`${of} ${name}`, async () => {
        for (const wrong of [
          { dryrun: true },
          { signal: undefined, Retries: 1 },
          { __proto__: { limits: 1 } },
        ]) {
          await expect((async () => call(table, wrong as never))()).rejects.toMatchObject({
            code: 'invalid-argument',
            kind: 'invalid',
          });
        }
        for (const none of [null, 5, 'text', []])
          await expect((async () => call(table, none as never))()).rejects.toMatchObject({ kind: 'invalid' });
        expect((await table.snapshot()).version).toBe(1);
      });
    }
  }

  test('duckdbCodec, and what lies deeper', async () => {
    expect(() => duckdbCodec({ memorylimit: '1GB' } as never)).toThrow(/unknown option "memorylimit"/);
    const deeper: readonly (readonly [RegExp, () => unknown])[] = [
      [
        /"retry" of "s3" of The table .* "attempt"/,
        () => openTable('s3://b/t', { s3: { retry: { attempt: 1 } } } as never),
      ],
      [
        /"order" of optimize/,
        () => table.optimize({ order: { kind: 'sort', columns: ['id'], by: 'id' } } as never),
      ],
      [
        /"transaction" of append .* "appid"/,
        () => table.append([row], { transaction: { appid: 'x', version: 1 } } as never),
      ],
      [
        /"overwriteSchema" of overwrite/,
        () => table.overwrite([row], { overwriteSchema: { scheme: SCHEMA } } as never),
      ],
    ];
    for (const [message, call] of deeper) await expect((async () => call())()).rejects.toThrow(message);
  });
});

test.each<[string, (table: DeltaTable) => unknown, RegExp]>([
  ['a word that is none', (table) => table.vacuum({ scope: 'Folder' as never }), /"log" or "folder"/],
  ['text for a number', (table) => table.vacuum({ retentionMs: '0' as never }), /a finite number/],
  [
    'a controller for its signal',
    (table) => table.append([row], { signal: new AbortController() as never }),
    /an AbortSignal/,
  ],
  ['a count below zero', (table) => table.append([row], { retries: -1 }), /a whole number, 0 or more/],
  ['NaN for a size', (table) => table.append([row], { targetBytes: Number.NaN }), /a whole number above 0/],
  ['text for a list', (table) => table.merge([row], { on: 'id' as never }), /a list of strings/],
  [
    'a misspelt clause',
    (table) => table.merge([row], { on: ['id'], whenNotMatched: 'insrt' as never }),
    /"insert", "ignore"/,
  ],
  [
    'a misspelt clause for matches',
    (table) => table.merge([row], { on: ['id'], whenMatched: 'Update' as never }),
    /"update", "delete"/,
  ],
  [
    'an answer that is no row',
    (table) => table.merge([row], { on: ['id'], whenMatched: () => 'delet' as never }),
    /a row or "delete"/,
  ],
  [
    'a promise of a row',
    (table) => table.merge([row], { on: ['id'], whenMatched: (async () => row) as never }),
    /a promise/,
  ],
  [
    'both points in time',
    (table) => table.snapshotAt({ version: 1, timestampMs: 1 }),
    /version.* or .*timestampMs/,
  ],
  [
    'no point in time',
    (table) => table.restore({ version: undefined } as never),
    /version.* or .*timestampMs/,
  ],
  ['no location', () => openTable('' as never), /a path, a URL or an ObjectStore/],
  ['a location that is no text', () => openTable(undefined as never), /a path, a URL or an ObjectStore/],
  ['an address of another machine', () => openTable('file://host/x'), /not the address of a local folder/],
  [
    'a column set to undefined',
    (table) => table.update({ name: undefined as never }, []),
    /set to undefined/,
  ],
  [
    'a function that sets undefined',
    (table) => table.update({ name: (() => undefined) as never }, []),
    /set to undefined/,
  ],
])('a call with %s is refused, and changes nothing', async (_, call, message) => {
  const table = await newTable();
  await expect((async () => call(table))()).rejects.toMatchObject({
    code: 'invalid-argument',
    message: expect.stringMatching(message),
  });
  expect((await table.snapshot()).version).toBe(1);
  expect((await collect(table.cached().rows())).flat()).toEqual([row]);
});

test('a source row of a merge leaves alone what it has as undefined', async () => {
  const table = await newTable();
  await table.merge([{ id: 1n, name: undefined as never, day: null }], { on: ['id'] });
  expect((await collect(table.cached().rows())).flat()).toEqual([{ ...row, day: null }]);
});

/** What a program in JavaScript may pass by mistake. */
const JUNK: readonly unknown[] = [
  undefined,
  null,
  0,
  -1,
  1.5,
  Number.NaN,
  5n,
  '',
  'text',
  true,
  [],
  [null],
  ['x', 5],
  {},
  { a: null },
  () => 5,
  new Date(0),
  Symbol('x'),
];

describe('a mistake in any argument is told with a code, never by a bare TypeError', () => {
  const calls: Readonly<Record<string, (table: DeltaTable, junk: never) => unknown>> = {
    'openTable location': (_, junk) => openTable(junk === '' || junk === 'text' ? ('' as never) : junk),
    'openSnapshot version': (table, junk) => openSnapshot(table.store, { version: junk }),
    'createTable schema': (_, junk) => createTable(memoryStore(), { schema: junk }),
    'createTable field': (_, junk) =>
      createTable(memoryStore(), { schema: { type: 'struct', fields: [junk] } }),
    'createTable type': (_, junk) => createTable(memoryStore(), { schema: library.struct({ a: junk }) }),
    'createTable partitionColumns': (_, junk) =>
      createTable(memoryStore(), { schema: SCHEMA, partitionColumns: junk }),
    'createTable configuration': (_, junk) =>
      createTable(memoryStore(), { schema: SCHEMA, configuration: junk }),
    snapshotAt: (table, junk) => table.snapshotAt({ timestampMs: junk }),
    'snapshotAt version': (table, junk) => table.snapshotAt({ version: junk }),
    append: (table, junk) => table.append(junk),
    'append row': (table, junk) => table.append([junk]),
    'append cell': (table, junk) => table.append([{ id: junk, name: junk, day: junk }]),
    'append mergeSchema': (table, junk) => table.append([], { mergeSchema: junk }),
    'append transaction': (table, junk) => table.append([], { transaction: { appId: 'x', version: junk } }),
    overwrite: (table, junk) => table.overwrite(junk),
    'overwrite schema': (table, junk) => table.overwrite([], { overwriteSchema: { schema: junk } }),
    replaceWhere: (table, junk) => table.replaceWhere(junk, []),
    delete: (table, junk) => table.delete(junk),
    'update set': (table, junk) => table.update(junk, []),
    'update where': (table, junk) => table.update({ name: 'x' }, junk),
    merge: (table, junk) => table.merge(junk, { on: ['id'] }),
    'merge on': (table, junk) => table.merge([], { on: junk }),
    addColumns: (table, junk) => table.addColumns(junk),
    dropNotNull: (table, junk) => table.dropNotNull(junk),
    renameColumn: (table, junk) => table.renameColumn(junk, 'x'),
    'renameColumn name': (table, junk) => table.renameColumn('id', junk),
    dropColumns: (table, junk) => table.dropColumns(junk),
    widenColumn: (table, junk) => table.widenColumn(junk, 'long'),
    'widenColumn type': (table, junk) => table.widenColumn('id', junk),
    setProperties: (table, junk) => table.setProperties(junk),
    unsetProperties: (table, junk) => table.unsetProperties(junk),
    addFeatures: (table, junk) => table.addFeatures(junk),
    changes: (table, junk) => table.changes(junk),
    changesBetween: (table, junk) => collect(table.changesBetween(junk, junk)),
    'history limit': (table, junk) => collect(table.history({ limit: junk })),
    'optimize order': (table, junk) => table.optimize({ order: { kind: 'sort', columns: junk } }),
    compact: (table, junk) => table.compact(junk, { targetBytes: 1 }),
    'rows columns': (table, junk) => collect(table.cached().rows({ columns: junk })),
    files: (table, junk) => table.cached().files(junk),
    identify: (table, junk) => start(table).identify(junk, 1),
    'identify version': (table, junk) => start(table).identify('x', junk),
    'transaction append': (table, junk) => start(table).append(junk).commit(),
    'transaction file': (table, junk) =>
      start(table)
        .append([{ path: junk, bytes: junk, rows: junk, partition: junk, statistics: junk }])
        .commit(),
    'transaction remove': (table, junk) => start(table).remove(junk).commit(),
    setMetadata: (table, junk) => start(table).setMetadata(junk).commit(),
    setProtocol: (table, junk) => start(table).setProtocol(junk).commit(),
    setDomain: (table, junk) => start(table).setDomain(junk, 'x').commit(),
    setOperationMetrics: (table, junk) => start(table).setOperationMetrics(junk).commit(),
    setUserMetadata: (table, junk) => start(table).setUserMetadata(junk).commit(),
    parsePartitionValue: (_, junk) => library.parsePartitionValue('date', junk),
  };
  test.each(Object.entries(calls))('%s', async (_, call) => {
    const table = await newTable();
    for (const junk of JUNK) {
      const error: unknown = await (async () => call(table, junk as never))().then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error !== null && !(error instanceof library.DeltaError))
        throw new Error(`With ${String(junk)} it is no DeltaError.`, { cause: error });
      if (error !== null) expect((error as library.DeltaError).kind).not.toBe('internal');
    }
  });
});

function functionsOf(module: Readonly<Record<string, unknown>>): object {
  const isPlain = (value: unknown): boolean => typeof value === 'function' && !/^class\b/.test(String(value));
  return Object.fromEntries(Object.entries(module).filter(([, value]) => isPlain(value)));
}
