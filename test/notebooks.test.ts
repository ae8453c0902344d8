import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cellsOf, NOTEBOOKS } from './notebooks/jupyter.ts';

const kernel = JSON.parse(readFileSync(join(NOTEBOOKS, 'kernel/kernel.json'), 'utf8')) as unknown;

describe.each(globSync('*.ipynb', { cwd: NOTEBOOKS }).toSorted())('notebooks/%s', (name) => {
  const text = readFileSync(join(NOTEBOOKS, name), 'utf8');

  it('is kept without outputs, counters and whatever else a run leaves', () => {
    const code = cellsOf(text).filter(({ cell_type }) => cell_type === 'code');
    expect(code.length).toBeGreaterThan(2);
    for (const { outputs, execution_count } of code)
      expect({ outputs, execution_count }).toEqual({ outputs: [], execution_count: null });
    expect(JSON.parse(text)).toMatchObject({
      nbformat: 4,
      metadata: {
        kernelspec: { name: 'contrail', display_name: (kernel as { display_name: string }).display_name },
      },
    });
  });

  it('imports nothing but the package', () => {
    const source = cellsOf(text)
      .filter(({ cell_type }) => cell_type === 'code')
      .map(({ source: lines }) => [lines].flat().join(''))
      .join('\n');
    const imported = Array.from(source.matchAll(/from '([^']+)'/g), ([, specifier]) => specifier);
    expect(imported).toEqual(['contrail']);
  });
});
