import { createTable, struct } from '../../../src/index.ts';
import { FLAT, NESTED, PLAIN, PRIMITIVES } from '../schemas.ts';
import { grow, type Scenario } from './scenario.ts';

/** Types that a partition column may have in every one of the three programs. */
const PARTITION_TYPES = PRIMITIVES.filter(
  (type) => type !== 'float' && type !== 'double' && type !== 'binary',
);

/** Texts that a folder cannot be called. */
const CITIES = [
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

/** Tables of every type, partitioned or not. */
export const TYPES: readonly Scenario[] = [
  {
    name: 'an empty table',
    build: async (folder) => ({ table: await createTable(folder, { schema: PLAIN }) }),
  },
  {
    name: 'appends of every primitive type',
    build: async (folder) => ({ table: await grow(await createTable(folder, { schema: FLAT })) }),
  },
  {
    name: 'appends of nested types',
    build: async (folder) => ({ table: await grow(await createTable(folder, { schema: NESTED })) }),
  },
  {
    name: 'NOT NULL columns',
    build: async (folder) => {
      const schema = struct({
        id: { type: 'long', nullable: false },
        at: { type: struct({ place: { type: 'string', nullable: false } }), nullable: false },
      });
      return { table: await grow(await createTable(folder, { schema })) };
    },
  },
  {
    name: 'a table partitioned by a column of each type, nulls among their values',
    build: async (folder) => {
      const parts = PARTITION_TYPES.map((type, i) => [`part_${i}`, type] as const);
      const schema = struct({ id: 'long', ...Object.fromEntries(parts), name: 'string' });
      const table = await createTable(folder, { schema, partitionColumns: parts.map(([name]) => name) });
      return { table: await grow(table, 2) };
    },
  },
  {
    name: 'a table partitioned by several columns, with texts that a folder cannot have',
    build: async (folder) => {
      const schema = struct({ id: 'long', city: 'string', day: 'date' });
      const table = await createTable(folder, { schema, partitionColumns: ['city', 'day'] });
      const day = (i: number): string | null => (i % 3 === 0 ? null : '2026-11-23');
      await table.append(CITIES.map((city, i) => ({ id: BigInt(i), city, day: day(i) })));
      return { table };
    },
  },
];
