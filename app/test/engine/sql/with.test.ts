import { expect, it } from 'vitest';
import { withExpressions } from '../../../src/engine/sql/with.ts';

it.each([
  ['select 1', 'with a as (x), b as (y) select 1'],
  ['-- with\n/* with */ select 1', '-- with\n/* with */ with a as (x), b as (y) select 1'],
  ['with c as (z) select 1', 'with a as (x), b as (y), c as (z) select 1'],
  ['-- head\nWITH\n-- c\nc as (z) select 1', '-- head\nWITH\n-- c\na as (x), b as (y), c as (z) select 1'],
  ['with recursive c as (z) select 1', 'with recursive a as (x), b as (y), c as (z) select 1'],
  ['(with c as (z) select 1)', 'with a as (x), b as (y) (with c as (z) select 1)'],
  ['', 'with a as (x), b as (y) '],
])('expressions come before %j', (sql, text) => {
  expect(withExpressions(['a as (x)', 'b as (y)'], sql)).toBe(text);
});

it('a SELECT without any stays as it is', () => {
  expect(withExpressions([], '-- head\nselect 1')).toBe('-- head\nselect 1');
});
