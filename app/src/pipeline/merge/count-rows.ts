import type { Engine, Select } from '../../engine/engine.ts';

/**
 * Counts the rows of several SELECTs in one: to Spark each question is a job.
 * @param parts the FROM clause of each
 */
export async function countRows<N extends string>(
  engine: Engine,
  parts: Readonly<Record<N, string>>,
  relations: Select['relations'],
  signal: AbortSignal | undefined,
): Promise<Readonly<Record<N, number>>> {
  const names = Object.keys(parts) as N[];
  const sql = names
    .map((name) => `select '${name}' as part, count(*) as n from ${parts[name]}`)
    .join(' union all ');
  const rows = await engine.rows({ sql, relations, signal });
  const counts = new Map(rows.map((row) => [row['part'], Number(row['n'])]));
  return Object.fromEntries(names.map((name) => [name, counts.get(name) ?? 0])) as Record<N, number>;
}
