import { decimalOf } from '../../src/schema/types.ts';
import type { DataType, Row, Snapshot } from '../../src/index.ts';
import type { PeerName } from './peers/peer.ts';
import type { RandomTable } from './random-tables.ts';

/**
 * Whether a peer writes the row as the protocol wants it. `known-defects.test.ts` holds the proof that it does not
 * write the others so, and fails as soon as it does.
 */
export function isWrittenRightly(
  peer: PeerName,
  table: Pick<Snapshot, 'schema' | 'partitionColumns'>,
  row: Row,
): boolean {
  if (peer !== 'delta-rs') return true;
  return table.schema.fields.every(({ name, type }) => {
    const value = row[name];
    if (typeof value !== 'string' || !table.partitionColumns.includes(name)) return true;
    // The folder is called as the value, however long.
    if (encodeURIComponent(value).length > 200) return false;
    return type === 'string' ? value !== '' : decimalOf(type) === null || !value.startsWith('-');
  });
}

/** Whether a peer finds the table: delta-rs takes the path for an address, and %20 in a folder's name for a blank. */
export function isReadable(peer: PeerName, { folder }: RandomTable): boolean {
  return peer !== 'delta-rs' || !folder.includes('%');
}

/**
 * Whether a peer makes the table. delta-rs lists the feature timestampNtz for a column of its own and not for a part of a
 * map, and refuses its own table then; and it cannot read the null struct that it wrote into a map where the struct has a
 * NOT NULL field. PySpark takes no null struct that has a NOT NULL field from Arrow.
 */
export function isWritable(peer: PeerName, table: RandomTable): boolean {
  const types = table.schema.fields.map(({ type }) => type);
  if (peer === 'Spark') return !types.some((type) => hasPart(type, isStructWithNotNull));
  const isDefective = (type: DataType): boolean => isMapOfNtz(type) || isMapOfNotNull(type);
  return isReadable(peer, table) && !types.some((type) => hasPart(type, isDefective));
}

const isStructWithNotNull = (type: DataType): boolean =>
  typeof type !== 'string' && type.type === 'struct' && type.fields.some(({ nullable }) => !nullable);
const isMapOfNtz = (type: DataType): boolean =>
  typeof type !== 'string' && type.type === 'map' && JSON.stringify(type).includes('timestamp_ntz');
const isMapOfNotNull = (type: DataType): boolean =>
  typeof type !== 'string' && type.type === 'map' && hasPart(type.valueType, isStructWithNotNull);

/** Whether a type is, or holds, one that passes the test. */
function hasPart(type: DataType, test: (type: DataType) => boolean): boolean {
  if (test(type)) return true;
  if (typeof type === 'string') return false;
  switch (type.type) {
    case 'struct':
      return type.fields.some((field) => hasPart(field.type, test));
    case 'array':
      return hasPart(type.elementType, test);
    case 'map':
      return hasPart(type.keyType, test) || hasPart(type.valueType, test);
  }
}
