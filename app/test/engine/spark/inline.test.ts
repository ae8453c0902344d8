import { describe, expect, it } from 'vitest';
import { inlined } from '../../../src/engine/spark/inline.ts';

describe('common table expressions for Spark', () => {
  it('are written out where they are read once, within each other too', () => {
    expect(inlined('with a as (select 1 as x), b as (select x from a) select x from b where b.x > 0')).toBe(
      'select x from (select x from (select 1 as x) as a) as b where b.x > 0',
    );
    expect(inlined('select * from (with `a` as (select 1 as x)\nselect a.x from a\n)')).toBe(
      'select * from (select a.x from (select 1 as x) as a\n)',
    );
  });

  it('stay where they are read more than once', () => {
    expect(
      inlined(
        'with a as (select 1), b as (select * from a), c as (select * from b) select * from b join c on true',
      ),
    ).toBe('with b as (select * from (select 1) as a)\nselect * from b join (select * from b) as c on true');
  });

  it('keep the other name that they are given', () => {
    expect(inlined('with a as (select 1) select * from t left join a as z on true')).toBe(
      'select * from t left join (select 1) as z on true',
    );
  });

  it('stay where nobody reads them', () => {
    expect(inlined('with a as (select 1) select 2')).toBe('with a as (select 1)\nselect 2');
  });

  it('lose their comments, which would hide the bracket after them', () => {
    expect(inlined('with a as (select 1 -- one)\n) select * from a -- end')).toBe(
      'select * from (select 1 \n) as a ',
    );
  });

  it('are nothing that a text, a quoted name or a hint says', () => {
    const sql =
      "select /*+ coalesce(1) */ 'with a as (select 1) ', `with` from t where x is distinct from 'a'";
    expect(inlined(sql)).toBe(sql);
  });

  it('stay as they are when a name stands for two', () => {
    const sql = 'with a as (select 1) select * from a, (with a as (select 2) select * from a)';
    expect(inlined(sql)).toBe(sql);
  });

  it.each([
    'with a (x) as (select 1) select * from a',
    'with recursive a as (select 1) select * from a',
    'with b as (select 1), a as (select 1 select * from a, b',
  ])('stay as they are where one has another form: %s', (sql) => {
    expect(inlined(sql)).toBe(sql);
  });
});
