import { canonicalRow, type DataType, struct, type Value } from '../../src/index.ts';
import type { PeerName } from './peers/peer.ts';

/** SQL's names of Delta's types, where they differ. */
const SQL_TYPES: Readonly<Record<string, string>> = {
  byte: 'tinyint',
  short: 'smallint',
  integer: 'int',
  long: 'bigint',
};

/** DataFusion's `timestamp` counts nanoseconds, and delta-rs refuses to compare these with a file's bounds. */
const ARROW_TYPES: Readonly<Record<string, string>> = {
  timestamp: 'Timestamp(Microsecond, Some("UTC"))',
  timestamp_ntz: 'Timestamp(Microsecond, None)',
};

/** A comparison of a column with a value in a peer's SQL. */
export function sqlCondition(
  peer: PeerName,
  condition: {
    readonly column: string;
    readonly type: string;
    readonly operator: string;
    readonly value: Value;
  },
): string {
  const { column, type, operator, value } = condition;
  return `${column} ${operator} ${literal(peer, type, quoted(plainText(type, value)))}`;
}

function literal(peer: PeerName, type: string, text: string): string {
  if (type === 'string') return text;
  const arrow = ARROW_TYPES[type];
  if (peer === 'delta-rs' && arrow !== undefined) return `arrow_cast(${text}, '${arrow}')`;
  return `cast(${text} as ${SQL_TYPES[type] ?? type})`;
}

/** The text of a value's canonical cell, without quotes and escapes. */
function plainText(type: DataType, value: Value): string {
  const cell = canonicalRow(struct({ value: type }), { value }).slice(1, -1);
  return cell.startsWith('"') ? (JSON.parse(cell) as string) : cell;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
