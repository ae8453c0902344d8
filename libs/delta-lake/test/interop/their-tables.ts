import { mapOf, struct, type StructType } from '../../src/index.ts';
import type { Peer } from './peers/peer.ts';
import { randomRows, rowSet } from './random-rows.ts';
import { FLAT, NESTED, PLAIN } from './schemas.ts';

/** A table that another program wrote. */
export interface TheirTable {
  readonly name: string;
  readonly build: (peer: Peer, path: string) => Promise<void>;
  /** The oldest version that can still be read; 0 when not told. */
  readonly oldest?: number;
  /** Why we do not write the table. */
  readonly ourRefusal?: RegExp;
  /** Why we append to the table and do not rewrite its rows. */
  readonly notOptimized?: RegExp;
}

const PARTED: StructType = struct({ id: 'long', part: 'string', name: 'string' });
const rows = (schema: StructType, seed: number, count = 12): ReturnType<typeof rowSet> =>
  rowSet(schema, randomRows(schema, count, seed));
const ids = (first: number, part: string): ReturnType<typeof rowSet> =>
  rowSet(
    PARTED,
    Array.from({ length: 8 }, (_, i) => ({ id: BigInt(first + i), part, name: `name ${i}` })),
  );

async function create(
  peer: Peer,
  path: string,
  { fields }: StructType,
  partition_by: readonly string[] = [],
  properties: Readonly<Record<string, string>> = {},
): Promise<void> {
  await peer.call('create', { path, fields, partition_by, properties });
}

/** Every operation that both programs have, one version or more each. */
async function changeEverything(
  peer: Peer,
  path: string,
  properties: Readonly<Record<string, string>>,
): Promise<void> {
  await create(peer, path, PARTED, ['part'], properties);
  for (const [i, part] of ['a', 'b', 'c d/e'].entries())
    await peer.call('append', { path, ...ids(10 * i, part) });
  await peer.call('delete', { path, predicate: 'id in (1, 12)' });
  await peer.call('update', { path, assignments: { name: "'updated'" }, predicate: 'id between 3 and 4' });
  await peer.call('merge', { path, ...ids(20, 'c d/e'), key: ['id'] });
  await peer.call('checkpoint', { path });
  await peer.call('overwrite', { path, ...ids(40, 'b'), predicate: "part = 'b'" });
  await peer.call('optimize', { path });
  await peer.call('restore', { path, version: 5 });
  await peer.call('append', { path, ...ids(60, 'f') });
}

/** Tables that both programs make. */
export const OF_BOTH: readonly TheirTable[] = [
  {
    name: 'every primitive type',
    build: async (peer, path) => {
      await create(peer, path, FLAT);
      for (let i = 0; i < 3; i++) await peer.call('append', { path, ...rows(FLAT, 300 + i) });
      await peer.call('checkpoint', { path });
    },
  },
  {
    name: 'nested types',
    build: async (peer, path) => {
      await create(peer, path, NESTED);
      await peer.call('append', { path, ...rows(NESTED, 310) });
      await peer.call('append', { path, ...rows(NESTED, 311) });
      await peer.call('optimize', { path });
    },
  },
  {
    name: 'deleted from, updated, merged into, overwritten, optimized, restored',
    build: (peer, path) => changeEverything(peer, path, {}),
  },
  {
    name: 'columns that came later',
    build: async (peer, path) => {
      await create(peer, path, PLAIN);
      await peer.call('append', { path, ...rows(PLAIN, 320) });
      const wider = struct({ id: 'long', added: 'timestamp', name: 'string' });
      await peer.call('append', { path, ...rows(wider, 321), evolve: true });
      await peer.call('append', {
        path,
        ...rows(struct({ id: 'long', more: struct({ tags: mapOf('string', 'date') }) }), 322),
        evolve: true,
      });
    },
  },
  {
    name: 'in Z-order, then vacuumed',
    build: async (peer, path) => {
      await create(peer, path, PLAIN);
      await peer.call('append', { path, ...rows(PLAIN, 330) });
      await peer.call('append', { path, ...rows(PLAIN, 331) });
      await peer.call('optimize', { path, z_order: ['id', 'day'] });
      await peer.call('vacuum', { path, retention_hours: 0 });
      await peer.call('append', { path, ...rows(PLAIN, 332) });
    },
    oldest: 3,
  },
  {
    name: 'few indexed columns',
    build: async (peer, path) => {
      await create(peer, path, FLAT, [], { 'delta.dataSkippingNumIndexedCols': '3' });
      await peer.call('append', { path, ...rows(FLAT, 340) });
    },
  },
];

function inSql(name: string, statements: readonly string[], ourRefusal?: RegExp): TheirTable {
  return {
    name,
    build: async (peer, path) => {
      for (const statement of statements) await peer.call('sql', { path, statement });
    },
    ...(ourRefusal ? { ourRefusal } : {}),
  };
}

const properties = (...pairs: readonly string[]): string =>
  `tblproperties (${pairs.map((pair) => `'${pair.replace('=', "'='")}'`).join(', ')})`;
const FEATURE = (name: string): string => `delta.feature.${name}=supported`;

/** Tables that Spark alone makes. */
export const OF_SPARK: readonly TheirTable[] = [
  {
    name: 'all operations with deletion vectors',
    build: (peer, path) => changeEverything(peer, path, { 'delta.enableDeletionVectors': 'true' }),
  },
  {
    name: 'all operations with mapped columns, deletion vectors, in-commit timestamps and V2 checkpoints',
    build: (peer, path) =>
      changeEverything(peer, path, {
        'delta.columnMapping.mode': 'name',
        'delta.enableDeletionVectors': 'true',
        'delta.enableInCommitTimestamps': 'true',
        'delta.checkpointPolicy': 'v2',
      }),
  },
  {
    name: 'all operations with row tracking',
    build: (peer, path) => changeEverything(peer, path, { 'delta.enableRowTracking': 'true' }),
    notOptimized: /rowTracking/,
  },
  inSql('columns renamed and dropped', [
    `create table {table} (id bigint, a string, b struct<x: int, y: int>, c date) using delta partitioned by (c) ${properties('delta.columnMapping.mode=name')}`,
    "insert into {table} values (1, 'one', struct(1, 2), date '2026-11-24'), (2, null, null, null)",
    'alter table {table} rename column a to `a, renamed`',
    'alter table {table} rename column b.x to z',
    "insert into {table} values (3, 'three', struct(3, 4), date '2026-11-25')",
    'alter table {table} drop column b.y',
    'alter table {table} drop column `a, renamed`',
    'alter table {table} add column (a timestamp after id)',
    "insert into {table} values (4, timestamp '2026-11-24 10:00:00', struct(5), null)",
    'alter table {table} rename column c to `part, renamed`',
  ]),
  inSql('mapping of columns turned on later', [
    'create table {table} (id bigint, a string) using delta',
    "insert into {table} values (1, 'one')",
    `alter table {table} set ${properties('delta.minReaderVersion=2', 'delta.minWriterVersion=5', 'delta.columnMapping.mode=name')}`,
    'alter table {table} rename column a to b',
    "insert into {table} values (2, 'two')",
  ]),
  inSql('types widened', [
    `create table {table} (a byte, b short, c int, d float, e decimal(5,2), f struct<x: int>, g date, h array<int>, p int) using delta partitioned by (p) ${properties('delta.enableTypeWidening=true', FEATURE('timestampNtz'))}`,
    "insert into {table} values (1, 2, 3, 0.1, 1.25, struct(7), date '2026-11-24', array(1, 2), 9)",
    'alter table {table} alter column a type short',
    'alter table {table} alter column b type int',
    'alter table {table} alter column c type long',
    'alter table {table} alter column d type double',
    'alter table {table} alter column e type decimal(12,4)',
    'alter table {table} alter column f.x type long',
    'alter table {table} alter column h.element type long',
    'alter table {table} alter column p type long',
    'alter table {table} alter column g type timestamp_ntz',
    "insert into {table} values (300, 70000, 5000000000, 0.1, 12345678.1234, struct(5000000000), timestamp_ntz '2026-11-24 12:00:00', array(5000000000), 5000000000)",
  ]),
  inSql(
    'an identity column',
    [
      'create table {table} (id bigint generated always as identity, a string) using delta',
      "insert into {table} (a) values ('x'), ('y')",
    ],
    /identityColumns/,
  ),
  inSql(
    'a generated column',
    [
      'create table {table} (at timestamp, day date generated always as (cast(at as date))) using delta partitioned by (day)',
      "insert into {table} (at) values (timestamp '2026-11-24 12:00:00')",
    ],
    /generatedColumns/,
  ),
  inSql(
    'a default',
    [
      `create table {table} (id bigint, a string default 'none') using delta ${properties(FEATURE('allowColumnDefaults'))}`,
      'insert into {table} (id) values (1)',
    ],
    /allowColumnDefaults/,
  ),
  inSql(
    'a check constraint',
    [
      'create table {table} (id bigint) using delta',
      'insert into {table} values (1)',
      'alter table {table} add constraint positive check (id > 0)',
      'insert into {table} values (2)',
    ],
    /checkConstraints/,
  ),
  inSql('liquid clustering', [
    'create table {table} (id bigint, a string) using delta cluster by (a)',
    "insert into {table} values (1, 'x'), (2, 'y')",
    'optimize {table}',
    "insert into {table} values (3, 'z')",
  ]),
  inSql(
    'Iceberg compatibility',
    [
      `create table {table} (id bigint, a array<string>) using delta ${properties('delta.columnMapping.mode=name', 'delta.enableIcebergCompatV2=true')}`,
      "insert into {table} values (1, array('x', null))",
    ],
    /icebergCompatV2/,
  ),
  inSql('the vacuum protocol check', [
    `create table {table} (id bigint) using delta ${properties(FEATURE('vacuumProtocolCheck'))}`,
    'insert into {table} values (1)',
    'vacuum {table} retain 0 hours',
    'insert into {table} values (2)',
  ]),
  inSql('a truncated table', [
    'create table {table} (id bigint, a string) using delta partitioned by (a)',
    "insert into {table} values (1, 'x')",
    'truncate table {table}',
    "insert overwrite {table} values (2, 'y')",
  ]),
  inSql('dropped features', [
    `create table {table} (id bigint) using delta ${properties('delta.enableDeletionVectors=true')}`,
    'insert into {table} select id from range(10)',
    'delete from {table} where id = 3',
    'reorg table {table} apply (purge)',
    'insert into {table} values (100)',
  ]),
  // Of a char column Spark pads what it reads; to the protocol, and to everybody else, it is a string.
  inSql('varchar', [
    'create table {table} (a varchar(5)) using delta',
    "insert into {table} values ('ab'), (null)",
  ]),
];
