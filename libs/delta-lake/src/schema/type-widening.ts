import { unsupportedFeature } from '../errors.ts';
import { type DataType, decimalOf, type StructType, walkFields } from './types.ts';

/** Integer types, from narrow to wide, with their greatest number of digits. */
const INTEGERS: ReadonlyMap<string, number> = new Map([
  ['byte', 3],
  ['short', 5],
  ['integer', 10],
  ['long', 20],
]);

/**
 * Whether values of one primitive type can become another without loss, as Delta lets a column's type change.
 * Source: Delta protocol, "Type Widening"; decimals hold an integer when they have as many digits before the point as
 * it can have, which also allows what the preview of the feature did.
 */
export function isWidening(from: DataType, to: DataType): boolean {
  if (typeof from !== 'string' || typeof to !== 'string') return false;
  if (from === to) return true;
  const [digits, wider, decimal] = [INTEGERS.get(from), INTEGERS.get(to), decimalOf(to)];
  if (digits !== undefined) {
    if (wider !== undefined) return digits < wider;
    if (decimal) return decimal.precision - decimal.scale >= digits;
    return to === 'double' && from !== 'long';
  }
  const before = decimalOf(from);
  if (before && decimal) {
    return (
      decimal.scale >= before.scale && decimal.precision - decimal.scale >= before.precision - before.scale
    );
  }
  return (from === 'float' && to === 'double') || (from === 'date' && to === 'timestamp_ntz');
}

/**
 * Checks the type changes that the fields note (`delta.typeChanges`).
 * @throws DeltaError unsupported-feature when a type has changed in a way that cannot be read
 */
export function checkTypeChanges(schema: StructType, table: string): void {
  for (const { path, field } of walkFields(schema)) {
    const changes = field.metadata['delta.typeChanges'];
    if (!Array.isArray(changes)) continue;
    for (const { fromType, toType } of changes as readonly Readonly<Record<string, DataType>>[]) {
      if (fromType === undefined || toType === undefined || isWidening(fromType, toType)) continue;
      throw unsupportedFeature(
        `typeWidening (column ${path}: ${JSON.stringify(fromType)} to ${JSON.stringify(toType)})`,
        'read',
        table,
      );
    }
  }
}
