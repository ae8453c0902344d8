import { describe, expect, it } from 'vitest';
import { Macros, MACROS } from '../../../src/engine/spark/macros.ts';
import { QUERIES } from '../../../src/pipeline/queries.ts';

const macros = new Macros(`-- A comment; with a semicolon.
create or replace temporary function twice(x double) returns double return x + x;

create or replace temporary function first_x(points array<struct<x: double, y: double>>, x double) returns double return
  coalesce(get(points, 0).x, x);

create or replace temporary function no_x(text string) returns string return replace(text, 'x', '-- text');
`);

describe('the macros of Spark', () => {
  it('are written out, with typed arguments and answers', () => {
    expect(macros.expand('select twice(a - b) as c')).toBe(
      'select cast(cast(a - b as double) + cast(a - b as double) as double) as c',
    );
    expect(macros.expand('twice(-2.5e0)')).toBe('cast((-2.5e0) + (-2.5e0) as double)');
  });

  it('may stand in the arguments of each other, whose commas and brackets are no ends', () => {
    expect(macros.expand('first_x(array(p, q), twice(f(1, 2) > 3))')).toBe(
      'cast(coalesce(get(cast(array(p, q) as array<struct<x: double, y: double>>), 0).x, ' +
        'cast(cast(cast(f(1, 2) > 3 as double) + cast(f(1, 2) > 3 as double) as double) as double)) as double)',
    );
  });

  it.each([
    ['a text', "select 'twice(1)', 'it''s twice(1)', r'\\twice(1)'"],
    ['a quoted name', 'select `twice(1)`'],
    ['a comment', 'select 1 -- twice(1)\n/* twice(\n1) */'],
    ['a field', 'select a.twice(1)'],
    ['a parameter', 'select :twice (1)'],
    ['a column', 'select twice, twice + (1)'],
    ['another function', 'select twice_more(1)'],
  ])('are not seen in %s', (_, sql) => {
    expect(macros.expand(sql)).toBe(sql);
  });

  it('leave texts in their own bodies alone', () => {
    expect(macros.expand("no_x('x')")).toBe("cast(replace(cast('x' as string), 'x', '-- text') as string)");
  });

  it.each([
    ['too few arguments', 'first_x(p)'],
    ['too many arguments', 'twice(1, 2)'],
    ['a bracket that stays open', 'twice((1)'],
  ])('are refused with %s', (_, sql) => {
    expect(() => macros.expand(sql)).toThrow(expect.objectContaining({ code: 'sql-failed' }));
  });

  it('have the last of several bodies', () => {
    const once = 'create or replace temporary function once(x double) returns double return x;';
    const other = new Macros(
      once,
      'create or replace temporary function once(y double) returns double return -y;',
    );
    expect(other.expand('once(1e0)')).toBe('cast(-(1e0) as double)');
  });

  it('are no functions of more than one expression', () => {
    expect(() => new Macros('create temporary view a as select 1;')).toThrow(SyntaxError);
  });

  it.each(['large', 'small'] as const)('are all gone from what Spark is told of a %s batch', (size) => {
    for (const sql of Object.values(QUERIES))
      expect(MACROS[size].expand(sql)).not.toMatch(
        /\b(gauss|[sz]mf|clamp|airport_\w+|exact_\w+|\w+_from_(seconds|timestamp))\(/,
      );
  });
});
