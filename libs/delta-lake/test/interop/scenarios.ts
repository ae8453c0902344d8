import { createTable, type DeltaTable, struct } from '../../src/index.ts';
import { appendRows, writeRows } from './our-writes.ts';
import type { PeerName } from './peers/peer.ts';
import { randomRows } from './random-rows.ts';
import { FLAT, NESTED, PLAIN, PRIMITIVES } from './schemas.ts';

/** A table that this library wrote, with several versions, and what others cannot do with it. */
export interface Scenario {
  readonly name: string;
  build(folder: string): Promise<DeltaTable>;
  /** Peers that lack a feature of the table, and the words with which they refuse to read it. */
  readonly unreadableBy?: Readonly<Partial<Record<PeerName, RegExp>>>;
  /** Peers that read the table, and the words with which they refuse to write it. */
  readonly unwritableBy?: Readonly<Partial<Record<PeerName, RegExp>>>;
}

async function grown(table: DeltaTable, commits: number = 3): Promise<DeltaTable> {
  for (let i = 0; i < commits; i++) await appendRows(table, randomRows(table.cached().schema, 20, i));
  await table.settled();
  return table;
}

/** Types that a partition column may have in every one of the three programs. */
const PARTITION_TYPES = PRIMITIVES.filter(
  (type) => type !== 'float' && type !== 'double' && type !== 'binary',
);

export const SCENARIOS: readonly Scenario[] = [
  { name: 'an empty table', build: (folder) => createTable(folder, { schema: PLAIN }) },
  {
    name: 'appends of every primitive type',
    build: async (folder) => grown(await createTable(folder, { schema: FLAT })),
  },
  {
    name: 'appends of nested types',
    build: async (folder) => grown(await createTable(folder, { schema: NESTED })),
  },
  {
    name: 'NOT NULL columns',
    build: async (folder) =>
      grown(
        await createTable(folder, {
          schema: struct({
            id: { type: 'long', nullable: false },
            name: { type: 'string', nullable: false },
          }),
        }),
      ),
  },
  {
    name: 'a table partitioned by a column of each type, nulls among their values',
    build: async (folder) => {
      const parts = PARTITION_TYPES.map((type, i) => [`part_${i}`, type] as const);
      const schema = struct({ id: 'long', ...Object.fromEntries(parts), name: 'string' });
      return grown(await createTable(folder, { schema, partitionColumns: parts.map(([name]) => name) }), 2);
    },
  },
  {
    name: 'a table partitioned by several columns, with texts that a folder cannot have',
    build: async (folder) => {
      const schema = struct({ id: 'long', city: 'string', day: 'date' });
      const table = await createTable(folder, { schema, partitionColumns: ['city', 'day'] });
      const cities = [
        'a/b',
        'x=y',
        '100 %',
        '%2F',
        'Zürich',
        '東京 😀',
        '',
        null,
        ' ',
        'tab\there',
        `it's "so"`,
        '..',
      ];
      await appendRows(
        table,
        cities.map((city, i) => ({ id: BigInt(i), city, day: i % 3 === 0 ? null : '2026-11-23' })),
      );
      return table;
    },
  },
  {
    name: 'checkpoints, and files that are replaced',
    build: async (folder) => {
      const configuration = { 'delta.checkpointInterval': '3' };
      const table = await grown(await createTable(folder, { schema: PLAIN, configuration }), 4);
      const files = await writeRows(table, randomRows(PLAIN, 20, 9));
      const [first, second] = table.cached().files();
      await table
        .startTransaction({ operation: 'WRITE', reads: 'whole-table' })
        .remove([first, second].filter((file) => file !== undefined))
        .append(files)
        .commit();
      return grown(table, 4);
    },
  },
];
