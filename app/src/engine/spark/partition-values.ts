import { ContrailError } from '../../errors.ts';
import type { ColumnType, Value } from '../../lake/column.ts';

/**
 * The values of the columns `names` in a path such as `event_date=2026-11-23/part-….parquet`, below the table's folder.
 * Source: Hive, FileUtils.escapePathName.
 * @throws ContrailError `partition-type` for a column of a type that makes no folders
 */
export function partitionValues(
  path: string,
  names: readonly string[],
  types: ReadonlyMap<string, ColumnType>,
): Readonly<Record<string, Value>> {
  const found = new Map(
    path
      .split('/')
      .slice(0, -1)
      .map((folder): [string, string] => {
        const at = folder.indexOf('=');
        return [folder.slice(0, at), folder.slice(at + 1)];
      }),
  );
  return Object.fromEntries(
    names.map((name) => [name, partitionValue(name, found.get(name) ?? '', types.get(name))]),
  );
}

function partitionValue(name: string, escaped: string, type: ColumnType | undefined): Value {
  if (escaped === '__HIVE_DEFAULT_PARTITION__') return null;
  const text = escaped.replace(/%([0-9A-Fa-f]{2})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  switch (type) {
    case 'string':
    case 'date':
      return text;
    case 'integer':
      return Number(text);
    case 'long':
      return BigInt(text);
    case 'boolean':
      return text === 'true';
    case 'double':
    case 'timestamp':
    case 'binary':
    case 'array<integer>':
    case undefined:
      throw new ContrailError(
        'partition-type',
        `Spark cannot partition files by ${name}: only text, days, whole numbers and booleans can be folder names.`,
      );
  }
}
