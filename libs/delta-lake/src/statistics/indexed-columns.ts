import type { TableLayout } from '../features/table-configuration.ts';
import type { StructField } from '../schema/types.ts';

/** A column with statistics; for a struct, its fields that have statistics. */
export interface IndexedColumn {
  readonly field: StructField;
  readonly fields?: readonly IndexedColumn[];
}

const DEFAULT_INDEXED_COLUMNS = 32;

/**
 * The columns that have statistics: those that `delta.dataSkippingStatsColumns` names (a struct stands for all its
 * fields), else the first `delta.dataSkippingNumIndexedCols` leaf columns (32 when absent, all when -1) that are not
 * partition columns, counted depth first. An array or a map is one leaf.
 * Source: Delta Spark, StatisticsCollection.
 */
export function indexedColumns(table: TableLayout): readonly IndexedColumn[] {
  const fields = table.schema.fields.filter(({ name }) => !table.partitionColumns.includes(name));
  const named = table.configuration['delta.dataSkippingStatsColumns'];
  if (named !== undefined && named.trim() !== '') {
    const wanted = new Set(parseColumnPaths(named).map(pathKey));
    return choose(fields, [], (path) =>
      path.some((_, depth) => wanted.has(pathKey(path.slice(0, depth + 1)))),
    );
  }
  const limit = Number(table.configuration['delta.dataSkippingNumIndexedCols'] ?? DEFAULT_INDEXED_COLUMNS);
  let left = Number.isInteger(limit) && limit >= 0 ? limit : Infinity;
  return choose(fields, [], () => left-- > 0);
}

function choose(
  fields: readonly StructField[],
  parents: readonly string[],
  isWanted: (path: readonly string[]) => boolean,
): readonly IndexedColumn[] {
  const chosen: IndexedColumn[] = [];
  for (const field of fields) {
    const path = [...parents, field.name];
    if (typeof field.type === 'object' && field.type.type === 'struct') {
      const inner = choose(field.type.fields, path, isWanted);
      if (inner.length > 0) chosen.push({ field, fields: inner });
    } else if (isWanted(path)) chosen.push({ field });
  }
  return chosen;
}

/** Names ignore case. */
const pathKey = (path: readonly string[]): string => JSON.stringify(path).toLowerCase();

/**
 * Splits ``a, b.c, `d.e`.f`` into paths; in backquotes a name may hold anything; a doubled backquote stands for one.
 */
function parseColumnPaths(list: string): readonly (readonly string[])[] {
  const paths: string[][] = [[]];
  for (const [token, quoted] of list.matchAll(/`((?:[^`]|``)*)`|[^`.,]+|[.,]/g)) {
    if (token === ',') paths.push([]);
    else if (token !== '.')
      paths.at(-1)?.push(quoted === undefined ? token.trim() : quoted.replaceAll('``', '`'));
  }
  return paths.map((path) => path.filter((name) => name !== '')).filter((path) => path.length > 0);
}
