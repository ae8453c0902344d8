import { arrayOf, mapOf, struct, type StructType } from '../../src/index.ts';

/** Every primitive type without parameters that all three programs have. */
export const SCALARS = [
  'boolean',
  'byte',
  'short',
  'integer',
  'long',
  'float',
  'double',
  'string',
  'binary',
  'date',
  'timestamp',
  'timestamp_ntz',
] as const;
/** Every primitive type that they have. */
export const PRIMITIVES = [...SCALARS, 'decimal(5,2)', 'decimal(18,6)', 'decimal(38,10)'] as const;

const columnOf = (type: string): string => `a_${type.replaceAll(/\W+/g, '_').replace(/_$/, '')}`;

/** A column of each primitive type. */
export const FLAT: StructType = struct(Object.fromEntries(PRIMITIVES.map((type) => [columnOf(type), type])));

/** Nested types: structs, arrays and maps in each other, and arrays of every primitive type. */
export const NESTED: StructType = struct({
  id: 'long',
  position: struct({
    latitude: 'double',
    longitude: 'double',
    fix: struct({ at: 'timestamp', by: 'string' }),
  }),
  names: mapOf('string', 'string'),
  counts: mapOf('integer', 'long'),
  track: arrayOf(struct({ at: 'timestamp', altitude: 'decimal(9,3)', tags: arrayOf('string') })),
  grid: arrayOf(arrayOf('integer')),
  by_day: mapOf('date', arrayOf(struct({ n: 'short', of: mapOf('string', 'double') }))),
  each: struct(Object.fromEntries(PRIMITIVES.map((type) => [columnOf(type), arrayOf(type)]))),
});

/** The columns of most tables. */
export const PLAIN: StructType = struct({ id: 'long', name: 'string', amount: 'double', day: 'date' });
