import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DuckdbEngine } from '../../../src/engine/duckdb/engine.ts';
import { inlined } from '../../../src/engine/spark/inline.ts';

let directory: string;
let engine: DuckdbEngine;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'contrail-inline-'));
  engine = await DuckdbEngine.open({ memoryLimit: '512MB', threads: 1, temporaryFolder: directory });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

/** What may stand between two words. */
const blank = fc.constantFrom(
  ' ',
  '\n  ',
  ' -- from c0 where (\n',
  ' /* join c1 as (with c0 /* nested */ */ ',
);
const word = (text: string): fc.Arbitrary<string> => fc.constantFrom(text, text.toUpperCase());

/** A SELECT of x and y, whole numbers from 0 to 4, each pair once, from relations of these names. */
function selectFrom(names: readonly string[]): fc.Arbitrary<string> {
  const source = fc
    .constantFrom(...names)
    .chain((name) => fc.constantFrom(name, name.toUpperCase(), `"${name}"`));
  const from = fc
    .tuple(word('from'), blank, source, blank)
    .map(([before, first, name, last]) => `${before}${first}${name}${last}`);
  const select = (expressions: string): string => `select distinct ${expressions}`;
  return fc.oneof(
    fc.tuple(from, fc.nat(4)).map(([a, k]) => `${select(`(x + ${k}) % 5 as x, y`)} ${a}`),
    fc
      .tuple(fc.constantFrom(...names), fc.nat(4))
      .map(([a, k]) => `${select(`${a}.y as x, (${a}.x * ${k}) % 5 as y`)} from ${a} where ${a}.x <> ${k}`),
    fc
      .tuple(from, source, fc.constantFrom('join', 'left join'), blank)
      .map(
        ([a, b, join, gap]) =>
          `${select('p.x as x, coalesce(q.y, 0) as y')} ${a}as p ${join}${gap}${b} as q on p.x = q.x`,
      ),
    fc.tuple(source, source).map(([a, b]) => `${select('p.x as x, q.x as y')} from ${a} as p, ${b} as q`),
    fc
      .tuple(from, source)
      .map(([a, b]) => `${select('x, y')} ${a}where x not in (select y from ${b}) or x is distinct from y`),
    fc.tuple(from, from).map(([a, b]) => `select x, y ${a}union select y, x ${b}`),
    fc
      .tuple(from, blank, fc.constantFrom('inner_one', 't'))
      .map(
        ([a, gap, name]) =>
          `${select('x, y')} from (with${gap}${name} as (select * ${a}) select * from ${name}) where 'with c0 as (' <> 'x'`,
      ),
  );
}

/** A chain of common table expressions over the relation `t`, where each may read those before it, once, twice or never. */
const chain: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: 6 })
  .chain((length) => {
    const names = Array.from({ length }, (_, index) => `c${index}`);
    const bodies = names.map((_, index) => selectFrom(['t', ...names.slice(0, index)]));
    return fc.tuple(fc.tuple(...bodies), selectFrom(['t', ...names]), blank, word('as'));
  })
  .map(([bodies, last, gap, as]) =>
    bodies.length === 0
      ? last
      : `${gap}with${gap}${bodies.map((body, index) => `c${index}${gap}${as}${gap}(${body}\n)`).join(', ')} ${last}`,
  );

it('a SELECT answers the same rows whether its expressions are written out or not', async () => {
  const t = [
    [0, 1],
    [1, 3],
    [4, 4],
  ].map(([x, y]) => ({ x: x ?? 0, y: y ?? 0 }));
  const columns = [
    { name: 'x', type: 'integer' },
    { name: 'y', type: 'integer' },
  ] as const;
  const rowsOf = async (sql: string): Promise<readonly string[]> => {
    const rows = await engine.rows({ sql, relations: { t: { kind: 'rows', columns, rows: t } } });
    return rows.map(({ x, y }) => JSON.stringify([x, y])).sort();
  };
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(chain, async (sql) => {
      const text = inlined(sql);
      if (text !== sql) changed += 1;
      expect(await rowsOf(text), text).toEqual(await rowsOf(sql));
    }),
    { numRuns: 150 },
  );
  expect(changed).toBeGreaterThan(50);
});
