import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { NOTEBOOKS, runNotebook, shownBy } from './jupyter.ts';

const jupyter = inject('jupyter');
const folder = mkdtempSync(join(tmpdir(), 'contrail-notebooks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Without any service: topic, lake and engine in this folder. */
const EMBEDDED = {
  SOURCE: 'simulator',
  SIMULATED_AIRCRAFT: '200',
  DATA_DIR: folder,
  LOG_LEVEL: 'warn',
  KAFKA_BOOTSTRAP: '',
  GARAGE_ENDPOINT: '',
  SPARK_REMOTE: '',
};

// One after the other: each has its job, and needs what the one before it left.
describe.skipIf(jupyter === null)('the notebooks, run without a browser and without a service', () => {
  const run = async (name: string): Promise<readonly string[]> => {
    const before = readFileSync(join(NOTEBOOKS, name), 'utf8');
    const shown = shownBy(await runNotebook(jupyter ?? '', name, EMBEDDED));
    expect(readFileSync(join(NOTEBOOKS, name), 'utf8')).toBe(before);
    return shown;
  };

  it('01_producer puts a poll into the topic and shows what is there', async () => {
    const [where, sent, newest] = await run('01_producer.ipynb');
    expect(where).toContain('from simulator into topic opensky-data of this folder');
    expect(sent).toMatch(/polls: 1,\s+messages: 200,\s+simulated: 200/);
    expect(newest?.match(/<tr><td>[0-3]<\/td>/g)).toHaveLength(4);
    expect(newest).toContain('&quot;icao24&quot;');
  });

  it('02_pipeline takes it into the tables, once, and loses nothing', async () => {
    const [where, done, again, counts, , one] = await run('02_pipeline.ipynb');
    expect(where).toContain('engine DuckDB in this process, lake in this folder');
    expect(done).toBe('{ batches: 1, rows: 200 }');
    expect(again).toBe('{ batches: 0, rows: 0 }');
    const [bronze, silver, silverMl, quarantine] = Array.from(
      (counts ?? '').matchAll(/<td>(\d+)<\/td>/g),
      ([, digits]) => Number(digits),
    );
    expect(bronze).toBe(200);
    expect((silver ?? 0) + (quarantine ?? 0)).toBe(200);
    expect(silverMl).toBe(silver);
    expect(one).toMatch(/CLIMB|CRUISE|DESCENT|LEVEL|GROUND|UNKNOWN/);
  });

  it('03_dashboard shows the newest window, and the page', async () => {
    const [countries, phases, page] = await run('03_dashboard.ipynb');
    expect(countries?.match(/<tr>/g)).toHaveLength(11);
    expect(phases).toMatch(/<svg .*<rect /s);
    expect(page).toMatch(/http:\/\/127\.0\.0\.1:\d+ answers with 200\..*<iframe/);
  });
});

it.skipIf(jupyter === null)(
  'the kernel sends the value of each cell before it says that the cell is done',
  async () => {
    const indices = Array.from({ length: 60 }, (_, index) => index);
    const notebook = join(folder, 'sixty.ipynb');
    writeFileSync(
      notebook,
      JSON.stringify({
        nbformat: 4,
        nbformat_minor: 5,
        metadata: { kernelspec: { name: 'contrail', display_name: 'Contrail' } },
        cells: indices.map((index) => ({
          id: `cell-${index}`,
          cell_type: 'code',
          source: `await Promise.resolve({ cell: ${index} })`,
          metadata: {},
          outputs: [],
          execution_count: null,
        })),
      }),
    );
    expect(shownBy(await runNotebook(jupyter ?? '', notebook, EMBEDDED))).toEqual(
      indices.map((index) => `{ cell: ${index} }`),
    );
  },
);

it('has three notebooks', () => {
  expect(globSync('*.ipynb', { cwd: NOTEBOOKS }).toSorted()).toEqual([
    '01_producer.ipynb',
    '02_pipeline.ipynb',
    '03_dashboard.ipynb',
  ]);
});
