import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../app/src/engine/engine.ts';
import { CASES, type GoldenCase } from './cases.ts';
import { fromValue, isClose, relationsOf, type Line } from './lines.ts';

const FOLDER = new URL('.', import.meta.url);

const linesOf = (name: string, file: string): Line[] =>
  readFileSync(new URL(`${name}/${file}`, FOLDER), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

/** What the cases ask of an engine. */
export type Answering = Pick<Engine, 'rows'> & AsyncDisposable;

/** The tests that every engine passes: each SELECT of the pipeline answers what is expected, row for row. */
export function answersAllCases(open: (directory: string) => Promise<Answering>): void {
  let directory: string;
  let engine: Answering;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-golden-'));
    engine = await open(directory);
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });

  it.each(Object.entries(CASES))('%s answers what is expected', async (name, golden: GoldenCase) => {
    const rows = await engine.rows({
      sql: golden.sql,
      relations: relationsOf(golden, linesOf(name, 'input.ndjson')),
      parameters: golden.parameters,
    });
    const keyOf = (row: Line): string => JSON.stringify(golden.key.map((column) => row[column] ?? null));
    const expected = linesOf(name, 'expected.ndjson');
    const found = new Map(
      rows.map((row) => {
        const line = fromValue(row, golden.timestamps);
        return [keyOf(line), line];
      }),
    );
    expect(found.size, 'rows with one key').toBe(rows.length);
    expect([...found.keys()].sort()).toEqual(expected.map(keyOf).sort());
    for (const line of expected) {
      const answer = found.get(keyOf(line)) ?? {};
      for (const [column, value] of Object.entries(line)) {
        if (column === 'why') continue;
        const where = `${column} of ${JSON.stringify(line)}`;
        expect(answer, where).toHaveProperty(column);
        const actual = answer[column];
        if (typeof value === 'number' && typeof actual === 'number') {
          expect(isClose(actual, value), `${where} is ${actual}`).toBe(true);
        } else expect(actual, where).toEqual(value);
      }
    }
  });
}
