import { expect, test } from 'vitest';
import { arrayOf, struct, type StructType } from '../../src/index.ts';
import { checkTypeChanges } from '../../src/schema/type-widening.ts';

function changed(fromType: string, toType: string): StructType {
  const metadata = { 'delta.typeChanges': [{ fromType, toType, fieldPath: 'element', tableVersion: 1 }] };
  const field = { name: 'a', type: toType, nullable: true, metadata };
  return struct({ s: arrayOf({ type: 'struct', fields: [field] }) });
}

test('a history of types is read when every change widens, else refused by name, wherever it is', () => {
  expect(() => checkTypeChanges(changed('integer', 'long'), 'x')).not.toThrow();
  expect(() => checkTypeChanges(changed('string', 'integer'), 'x')).toThrow(
    expect.objectContaining({
      code: 'unsupported-feature',
      message: expect.stringMatching(/typeWidening \(column s\.element\.a/) as string,
    }),
  );
});
