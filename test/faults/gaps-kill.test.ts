import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contents, gapRows, openTopic, run, smallWorld } from '../../app/test/pipeline/small-world.ts';
import { contrail } from '../cluster/command.ts';
import { damageBatches } from '../../app/test/topic/break-topic.ts';

const CHILD = fileURLToPath(new URL('pipeline-child.ts', import.meta.url));
const MESSAGES = smallWorld();
const MAX_ROWS = 10_000;

describe('a pipeline killed with SIGKILL while it passes over damaged messages', () => {
  let root: string;
  let expected: Awaited<ReturnType<typeof state>>;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'contrail-gaps-kill-'));
    const start = join(root, 'start');
    {
      await using topic = await openTopic(start);
      for (let at = 0; at < MESSAGES.length; at += 40) await topic.append(MESSAGES.slice(at, at + 40));
    }
    damageBatches(
      join(start, 'topic/opensky-data.db'),
      `update batch set payload = x'00' where id in (6, 7, 11)`,
    );
    cpSync(start, join(root, 'undisturbed'), { recursive: true });
    await run(join(root, 'undisturbed'), { maxRows: MAX_ROWS, passOverGaps: true });
    expected = await state(join(root, 'undisturbed'));
    expect(expected.gaps.length).toBeGreaterThan(1);
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  /** All rows; of the gaps those parts that do not tell the time. */
  async function state(directory: string) {
    const gaps = (await gapRows(directory)).map(
      ({ topic_partition, offset_from, offset_to, messages, reason, batch_id }) =>
        [topic_partition, offset_from, offset_to, messages, reason, batch_id].map(String).join(' '),
    );
    return { gaps: gaps.toSorted(), tables: await contents(directory) };
  }

  it.each([
    'recorded',
    'written bronze/flights',
    'written quarantine/gaps',
    'committed quarantine/gaps',
    'committed bronze/flights',
    'committed silver/flights_ml',
    'finished',
  ])('writes them down once when killed at: %s', async (point) => {
    const directory = join(root, point.replaceAll(/[ /]/g, '-'));
    cpSync(join(root, 'start'), directory, { recursive: true });
    const child = spawn(
      process.execPath,
      ['--conditions=@contrail/source', CHILD, directory, String(MAX_ROWS), point, '1', 'pass-over-gaps'],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    // Once recorded it is decided: the next run needs no flag.
    await run(directory, { maxRows: MAX_ROWS });
    expect(await state(directory)).toEqual(expected);
  });

  it('stops the program, which says what is missing and goes on where it is told to', async () => {
    const directory = join(root, 'program');
    cpSync(join(root, 'start'), directory, { recursive: true });
    const pipeline = ['pipeline', '--once', '--data', directory, '--log-level', 'error'];
    const refused = await contrail(...pipeline);
    expect(refused.code).toBe(1);
    expect(refused.complaints).toMatch(
      /messages of partition \d, offsets \d+ to \d+, cannot be read.* --pass-over-gaps/,
    );
    const passed = await contrail(...pipeline, '--pass-over-gaps');
    expect(passed.code).toBe(0);
    expect(passed.complaints).toMatch(/Passed over \d+ messages of partition \d, .* they are damaged/);
    const select = 'select sum(messages) as messages, min(reason) as reason from quarantine.gaps';
    const { output } = await contrail('query', select, '--data', directory, '--format', 'json');
    const lost = expected.gaps.reduce((sum, gap) => sum + Number(gap.split(' ')[3]), 0);
    expect(JSON.parse(output.trim().replace(/^\[|\]$/g, ''))).toMatchObject({ reason: 'damaged' });
    expect(output).toContain(String(lost));
  });
});
