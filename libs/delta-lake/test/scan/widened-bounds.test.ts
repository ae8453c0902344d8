import { expect, test } from 'vitest';
import { parseCommit } from '../../src/actions/parse.ts';
import { mayMatch } from '../../src/scan/predicate.ts';
import { struct, type StructType } from '../../src/schema/types.ts';

test('a float that became a double is found, though its bounds are the shortest text of a float', () => {
  const stats = JSON.stringify({ numRecords: 1, minValues: { x: 3.4 }, maxValues: { x: 3.4 } });
  const add = { path: 'f', size: 1, partitionValues: {}, modificationTime: 0, dataChange: true, stats };
  const [file] = parseCommit('a table', 1, JSON.stringify({ add })).adds;
  const schema = struct({ x: 'double' });
  const widened: StructType = {
    type: 'struct',
    fields: schema.fields.map((field) => ({
      ...field,
      metadata: { 'delta.typeChanges': [{ fromType: 'float', toType: 'double' }] },
    })),
  };
  const isChosen = (of: StructType): boolean =>
    file !== undefined &&
    mayMatch(file, [{ column: 'x', equals: Math.fround(3.4) }], {
      schema: of,
      partitionColumns: [],
      columnMapping: 'none',
    });
  expect(isChosen(widened)).toBe(true);
  // A double says exactly what it is.
  expect(isChosen(schema)).toBe(false);
});
