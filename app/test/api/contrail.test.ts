import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkup, drain, messages, produce, query, serve, settings } from '../../src/api/contrail.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'contrail-api-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const here = () =>
  settings({
    SOURCE: 'simulator',
    SIMULATED_AIRCRAFT: '40',
    DATA_DIR: folder,
    DASHBOARD_PORT: '0',
    LOG_LEVEL: 'silent',
  });

describe('the package contrail', () => {
  it('refuses settings that are wrong, all at once', () => {
    expect(() => settings({ NUM_PARTITIONS: 'many', SOURCE: 'radio' })).toThrow(/^2 settings to correct/);
  });

  it('has no messages where there is no topic', async () => {
    expect((await messages(here())).rows).toEqual([]);
  });

  it('carries a poll from the source into the tables, once', async () => {
    expect(await produce(here())).toMatchObject({ polls: 1, messages: 40, simulated: 40 });
    expect(await drain(here())).toEqual({ batches: 1, rows: 40 });
    expect(await drain(here())).toEqual({ batches: 0, rows: 0 });
    const bronze = await query(here(), 'select count(*) as messages from bronze.flights');
    expect(bronze.rows).toEqual([{ messages: 40n }]);
    const newest = await messages(here(), 2);
    expect(newest.rows).toHaveLength(8);
    expect(JSON.parse(newest.rows[0]?.['value'] as string)).toHaveProperty('icao24');
  });

  it('shows rows as a table, whatever is in them', async () => {
    const answer = await query(
      here(),
      `select '<b>&"' as "a<b", null as nothing, timestamp '2026-01-01' as at`,
    );
    const show = answer[Symbol.for('Jupyter.display') as keyof typeof answer] as unknown as () => object;
    expect(show()).toEqual({
      'text/plain': String(answer),
      'text/html':
        '<table><thead><tr><th>a&lt;b</th><th>nothing</th><th>at</th></tr></thead>' +
        '<tbody><tr><td>&lt;b&gt;&amp;&quot;</td><td></td><td>2026-01-01T00:00:00Z</td></tr></tbody></table>',
    });
    expect((await query(here(), 'select 1 as one where false')).names).toEqual(['one']);
  });

  it('keeps what it opened until the answer is there, and says what is wrong with a SELECT', async () => {
    await expect(query(here(), 'select nonsense from silver.flights')).rejects.toMatchObject({
      code: 'query-failed',
    });
    await expect(query(here(), 'drop table x')).rejects.toMatchObject({ code: 'query-refused' });
  });

  it('serves the page until it is disposed of', async () => {
    const page = await serve(here());
    expect((await fetch(`${page.url}/healthz`)).status).toBe(200);
    await page[Symbol.asyncDispose]();
    await expect(fetch(`${page.url}/healthz`)).rejects.toThrow();
  });

  it('tells how everything is', async () => {
    const { rows } = await checkup(here());
    expect(rows.find(({ check }) => check === 'topic')).toMatchObject({ ok: true, advice: null });
  });
});
