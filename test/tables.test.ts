import { describe, expect, it } from 'vitest';
import { TABLES } from '../app/src/lake/tables.ts';
import { tablesPage } from './tables-page.ts';

describe('the tables of the lake', () => {
  it.each(TABLES)('$name has its key and partition columns among its columns, each once', (table) => {
    const names = table.columns.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining([...table.key, ...table.partitionColumns]));
  });

  it('stand in docs/tables.md as they are defined', async () => {
    await expect(tablesPage(TABLES)).toMatchFileSnapshot('../docs/tables.md');
  });
});
