import { describe, expect, it } from 'vitest';
import { formatBatches, formatRows } from '../../../src/program/terminal/rows.ts';

const NAMES = ['name', 'n'];
async function join(pieces: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}
async function* batches(rows: readonly (readonly unknown[])[], size: number) {
  yield { names: NAMES, rows: [] };
  for (let start = 0; start < rows.length; start += size)
    yield { names: NAMES, rows: rows.slice(start, start + size) };
}

describe('rows that come one after the other', () => {
  const ROWS = Array.from({ length: 2500 }, (_, index) => [`row ${index}`, index]);

  it.each(['table', 'csv', 'json'] as const)('are %s as if they had come at once', async (format) => {
    const records = ROWS.map(([name, n]) => ({ name, n }));
    const whole = formatRows(NAMES, records.slice(0, 900), format);
    expect((await join(formatBatches(batches(ROWS.slice(0, 900), 7), format))).join('')).toBe(whole);
    const pieces = await join(formatBatches(batches(ROWS, 500), format));
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.join('').trimEnd().split(/\r?\n/).at(-1)).toContain('2499');
  });

  it('have a head without a row', async () => {
    expect((await join(formatBatches(batches([], 1), 'csv'))).join('')).toBe('name,n\r\n');
    expect((await join(formatBatches(batches([], 1), 'table'))).join('')).toBe('name  n\n----  -\n');
    expect((await join(formatBatches(batches([], 1), 'json'))).join('')).toBe('');
  });
});

describe('rows in a form', () => {
  const ROWS = [
    { name: 'Köln, "CGN"', n: 7 },
    { name: null, n: 1234 },
    { n: null, other: 'is not asked for' },
  ];

  it('are a table with numbers to the right, and nothing for null and for what is missing', () => {
    expect(formatRows(NAMES, ROWS, 'table').split('\n')).toEqual([
      'name            n',
      '-----------  ----',
      'Köln, "CGN"     7',
      '             1234',
      '',
      '',
    ]);
  });

  it('are CSV with quotes where a comma or a quote needs them', () => {
    expect(formatRows(NAMES, ROWS, 'csv')).toBe('name,n\r\n"Köln, ""CGN""",7\r\n,1234\r\n,\r\n');
  });

  it('are one JSON object a line, in the order of the columns, null for what is missing', () => {
    expect(formatRows(NAMES, ROWS, 'json')).toBe(
      '{"name":"Köln, \\"CGN\\"","n":7}\n{"name":null,"n":1234}\n{"name":null,"n":null}\n',
    );
  });

  it('have cells of JSON for what has parts', () => {
    const rows = [{ n: [1, { deep: 2n }], name: true }];
    expect(formatRows(NAMES, rows, 'csv')).toBe('name,n\r\ntrue,"[1,{""deep"":2}]"\r\n');
    expect(formatRows(NAMES, rows, 'table').split('\n')[2]).toBe('true  [1,{"deep":2}]');
  });
});

describe('what is printed', () => {
  const EVIL = 'a\u001b]0;title\u0007\u009b31m\r\n\u202eb';

  it('does not act on the terminal as a table, and is exact as csv and json', () => {
    const rows = [{ [EVIL]: EVIL }];
    expect(formatRows([EVIL], rows, 'table').split('\n')[2]).toBe(
      'a\\x1b]0;title\\x07\\x9b31m\\r\\n\\u202eb',
    );
    expect(formatRows([EVIL], rows, 'csv')).toBe(`"${EVIL}"\r\n"${EVIL}"\r\n`);
    expect(JSON.parse(formatRows([EVIL], rows, 'json'))).toEqual({ [EVIL]: EVIL });
  });

  it('keeps every digit of a long in json, also in a list and a struct', () => {
    const n = 2n ** 62n;
    expect(formatRows(['n', 's'], [{ n, s: { list: [n, null] } }], 'json')).toBe(
      '{"n":4611686018427387904,"s":{"list":[4611686018427387904,null]}}\n',
    );
  });
});
