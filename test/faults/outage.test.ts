/** `produce` and `pipeline` on one data folder, whose topic another process keeps locked for a while. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SourceWord } from '../../app/src/flight/source-word.ts';
import { PROGRESS_FILE, type Progress } from '../../app/src/lake/progress.ts';

const MAIN = resolve(import.meta.dirname, '../../app/src/cli/main.ts');
const PATIENCE = { timeout: 60_000, interval: 100 };

describe('a topic that is away', () => {
  let data: string;
  const running: ChildProcess[] = [];
  beforeAll(async () => void (data = await mkdtemp(join(tmpdir(), 'contrail-outage-'))));
  afterAll(async () => {
    for (const child of running) {
      const ended = once(child, 'exit');
      if (child.kill('SIGTERM')) await ended;
    }
    await rm(data, { recursive: true, force: true });
  });

  function contrail(...words: string[]): () => string {
    const child = spawn(
      process.execPath,
      ['--conditions=@contrail/source', MAIN, ...words, '--data', data, '--log-level', 'warn'],
      { env: { ...process.env, PROCESSING_TIME: '200ms' }, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    running.push(child);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    return () => said;
  }

  /** What the page knows of the source: it reads the lake alone. */
  function word(): SourceWord | null {
    try {
      const text = readFileSync(join(data, 'lake', PROGRESS_FILE), 'utf8');
      return (JSON.parse(text) as Progress).sources?.[0] ?? null;
    } catch {
      return null;
    }
  }

  it('is told in the lake while it lasts, with what waits, at the port of the producer, and afterwards', async () => {
    const fast = ['--simulated-aircraft', '20', '--simulated-pace', '500ms'];
    const said = contrail('produce', '--source', 'simulator', ...fast, '--status-address', '0');
    contrail('pipeline');
    await expect.poll(() => word()?.state, PATIENCE).toBe('ok');
    const [, url = ''] = /at (http:\S+)\/readyz/.exec(said()) ?? [];
    expect((await fetch(`${url}/readyz`)).status).toBe(200);

    const folder = join(data, 'topic');
    const file = readdirSync(folder).find((name) => name.endsWith('.db')) ?? '';
    const locked = new DatabaseSync(join(folder, file), { timeout: 5_000 });
    locked.exec('begin immediate');
    await expect
      .poll(() => word()?.message ?? '', PATIENCE)
      .toMatch(/^The topic is away since .*: ([2-9]|\d\d+) polls/);
    expect(word()).toMatchObject({ source: 'simulator', state: 'waiting' });
    const answer = await fetch(`${url}/readyz`);
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('is away since')]);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(Number(/^contrail_topic_away_seconds (.+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0);

    locked.exec('rollback');
    locked.close();
    await expect
      .poll(() => word()?.notices[0] ?? '', PATIENCE)
      .toMatch(/^The topic was away from .*: \d+ polls waited on the disk, and are in it\.$/);
    expect(word()?.state).toBe('ok');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });
});
