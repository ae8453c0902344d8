import { expect, it } from 'vitest';
import { bindParameters } from '../../../src/engine/sql/parameters.ts';

const bind = (sql: string, parameters: Readonly<Record<string, number | string>> = { x: 7 }): string =>
  bindParameters(sql, parameters, String);

it.each([
  ['select :x', 'select 7'],
  ['select :x::text, a::int', 'select 7::text, a::int'],
  ['where a between :x and :x', 'where a between 7 and 7'],
  ['select \':x\', ":x", `:x`, :x', 'select \':x\', ":x", `:x`, 7'],
  ["select 'a''b :x', :x", "select 'a''b :x', 7"],
  ["select r'\\', :x", "select r'\\', 7"],
  ['select :x -- not :x\n, :x', 'select 7 -- not :x\n, 7'],
  ['select /* :x /* :x */ :x */ :x', 'select /* :x /* :x */ :x */ 7'],
  ['select :x /* never ends :x', 'select 7 /* never ends :x'],
  ['select v:x, v[0]:x, `v`:x, "v":x, {\'v\':x}, :x', 'select v:x, v[0]:x, `v`:x, "v":x, {\'v\':x}, 7'],
  ['select (:x)', 'select (7)'],
])('a value is put into %s', (sql, text) => {
  expect(bind(sql)).toBe(text);
});

it('a marker without a value is refused', () => {
  const missing = expect.objectContaining({ kind: 'internal', code: 'sql-parameter-missing' }) as Error;
  expect(() => bind('select :y')).toThrow(missing);
  expect(() => bind('select :toString', {})).toThrow(missing);
  expect(bind("select ':x'", {})).toBe("select ':x'");
});

it('a value is not looked into', () => {
  expect(bind('select :a, :b', { a: ':b', b: ':a' })).toBe('select :b, :a');
});
