import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { identifier, literal } from '../../app/src/engine/duckdb/values.ts';
import { rowsSelect } from '../../app/src/engine/duckdb/relations.ts';
import type { Relation, Select } from '../../app/src/engine/engine.ts';
import { inlined } from '../../app/src/engine/spark/inline.ts';
import { Macros } from '../../app/src/engine/spark/macros.ts';
import { bindParameters } from '../../app/src/engine/sql/parameters.ts';
import { withExpressions } from '../../app/src/engine/sql/with.ts';
import { openEngine } from '../../app/test/pipeline/small-world.ts';
import { type Answering, answersAllCases } from './suite.ts';

/** DuckDB, to which every SELECT is told as it is told to Spark: its rows as common table expressions, all of it rewritten. */
async function rewriting(directory: string, rewritten: (sql: string) => string): Promise<Answering> {
  const engine = await openEngine(directory);
  const inner = (relation: Relation): Relation =>
    relation.kind === 'select'
      ? { kind: 'select', select: { ...relation.select, sql: rewritten(relation.select.sql) } }
      : relation;
  const told = ({ sql, relations, parameters = {} }: Select): Select => {
    const expressions: string[] = [];
    const others: Record<string, Relation> = {};
    for (const [name, relation] of Object.entries(relations)) {
      if (relation.kind === 'rows')
        expressions.push(`${identifier(name)} as (${rowsSelect(relation.columns, relation.rows)})`);
      else others[name] = inner(relation);
    }
    const text = `select * from (${bindParameters(sql, parameters, literal)}\n)`;
    return { sql: rewritten(withExpressions(expressions, text)), relations: others };
  };
  return {
    rows: (select) => engine.rows(told(select)),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

const read = (engine: string): string =>
  readFileSync(new URL(`../../app/src/engine/${engine}/macros.sql`, import.meta.url), 'utf8');

const TYPES: readonly (readonly [spark: RegExp, duckdb: string])[] = [
  [/array<double>/g, 'double[]'],
  [/array<string>/g, 'varchar[]'],
  [
    /struct<ident: string, elevation_m: double, x: double, y: double, z: double>/g,
    'struct(ident varchar, elevation_m double, x double, y double, z double)',
  ],
  [/array<(struct\(.*?\))>/g, '$1[]'],
  [/\bstring\b/g, 'varchar'],
  [/\btimestamp\b/g, 'timestamptz'],
];

/** DuckDB's bodies under Spark's heads, which say the types. Spark's machinery then writes them out. */
function duckdbMacros(): Macros {
  const bodies = new Map(
    Array.from(
      read('duckdb').matchAll(/^create or replace macro (\w+)\([^)]*\) as\s+(.+?);$/gms),
      ([, name, body]) => [name, body],
    ),
  );
  const heads = read('spark').matchAll(
    /^(create or replace temporary function (\w+)\s*\(.*?\)\s*returns\s+(?:(?!\breturn\b).)+?\s+return)\s/gms,
  );
  const texts = Array.from(heads, ([, head = '', name]) => {
    const typed = TYPES.reduce((text, [spark, duckdb]) => text.replaceAll(spark, duckdb), head);
    return `${typed} ${bodies.get(name)};`;
  });
  expect(texts.length).toBe(bodies.size);
  // `struct_pack(ident := ident)` has a name that is no argument.
  return new Macros(...texts.filter((text) => !text.includes(':=')));
}

describe('with its common table expressions written out', () =>
  answersAllCases((directory) => rewriting(directory, inlined)));

describe('with its macros written out too', () => {
  const macros = duckdbMacros();
  it('leaves none of them', () => {
    expect(macros.expand('select gauss(1, 2, 3), clamp(x, 1, 2)')).not.toMatch(/gauss|clamp/);
  });
  answersAllCases((directory) => rewriting(directory, (sql) => inlined(macros.expand(sql))));
});
