import { describe, expect, it } from 'vitest';
import { existingData, newData } from '../../src/program/data-folder.ts';

describe('the data folder of a source', () => {
  it('keeps real and simulated data apart unless a folder is set', () => {
    expect(newData({ dataDir: null }, false)).toBe('./data');
    expect(newData({ dataDir: null }, true)).toBe('./data-simulated');
    expect(newData({ dataDir: '/x' }, true)).toBe('/x');
  });
});

describe('the data folder of a command that reads', () => {
  const unset = { dataDir: null, source: 'auto' } as const;
  const only =
    (...paths: readonly string[]) =>
    (path: string): boolean =>
      paths.includes(path);

  it('is the one that is set, whether it exists or not', () => {
    expect(existingData({ ...unset, dataDir: '/x' }, ['lake'], only('data/lake'))).toBe('/x');
  });

  it('is the one that has what the command reads', () => {
    expect(existingData(unset, ['lake'], only('data/lake'))).toBe('./data');
    expect(existingData(unset, ['lake'], only('data/topic', 'data-simulated/lake'))).toBe('./data-simulated');
    expect(existingData(unset, ['topic'], only('data/topic', 'data-simulated/lake'))).toBe('./data');
    expect(existingData(unset, ['lake', 'topic'], only('data-simulated/topic'))).toBe('./data-simulated');
  });

  it('is that of the source where there is nothing yet', () => {
    expect(existingData(unset, ['lake'], only())).toBe('./data');
    expect(existingData({ ...unset, source: 'simulator' }, ['lake'], only())).toBe('./data-simulated');
  });

  it('is asked for where both have it', () => {
    const both = only('data/lake', 'data-simulated/lake');
    expect(() => existingData(unset, ['lake'], both)).toThrow(/^There are two lakes, .* --data DIR\.$/);
  });
});
