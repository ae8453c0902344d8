import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contents, fillTopic, gapRows, run, smallWorld } from '../../app/test/pipeline/small-world.ts';
import { looked, repaired } from '../../app/test/pipeline/repair/repaired.ts';
import { REPAIR_POINTS } from '../../app/src/pipeline/repair/repair.ts';
import { contrail } from '../cluster/command.ts';

const CHILD = fileURLToPath(new URL('repair-child.ts', import.meta.url));
const MESSAGES = smallWorld().slice(0, 120);
const ALL = { maxRows: 10_000 };

describe('a repair of a lake with another topic and no Bronze, killed with SIGKILL', () => {
  let root: string;
  let expected: Awaited<ReturnType<typeof state>>;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'contrail-repair-kill-'));
    const start = join(root, 'start');
    await fillTopic(start, MESSAGES.slice(0, 60));
    await run(start, ALL);
    cpSync(join(start, 'lake'), join(root, 'whole-lake'), { recursive: true });
    rmSync(join(start, 'topic'), { recursive: true });
    rmSync(join(start, 'lake/bronze'), { recursive: true });
    await fillTopic(start, MESSAGES.slice(60));
    const undisturbed = copy('undisturbed');
    await repaired(undisturbed);
    await run(undisturbed, ALL);
    expected = await state(undisturbed);
    expect(expected.gaps).toHaveLength(8);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  function copy(name: string): string {
    const directory = join(root, name);
    cpSync(join(root, 'start'), directory, { recursive: true });
    return directory;
  }

  /** All rows; of the gaps those parts that do not tell the time. */
  async function state(directory: string) {
    const gaps = (await gapRows(directory)).map((row) =>
      ['topic_partition', 'offset_from', 'offset_to', 'messages', 'reason', 'batch_id']
        .map((name) => String(row[name]))
        .join(' '),
    );
    return { gaps: gaps.toSorted(), tables: await contents(directory) };
  }

  async function kill(directory: string, point: string): Promise<void> {
    const child = spawn(process.execPath, ['--conditions=@contrail/source', CHILD, directory, point], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  }

  it.each(REPAIR_POINTS)('is finished by another repair, once: %s', async (point) => {
    const directory = copy(`again-${point.replaceAll(' ', '-')}`);
    await kill(directory, point);
    await repaired(directory);
    expect((await looked(directory)).problems).toEqual([]);
    await run(directory, ALL);
    expect(await state(directory)).toEqual(expected);
  });

  it('keeps the pipeline away until what the tables lack is computed', async () => {
    const directory = copy('unfinished');
    await kill(directory, 'finished');
    await expect(run(directory, ALL)).rejects.toMatchObject({ kind: 'corrupt', code: 'repair-unfinished' });
    expect((await looked(directory)).problems.map(({ code }) => code)).toEqual(['repair-unfinished']);
  });

  it.each(['recorded', 'noted'])(
    'is finished by the pipeline where no table lacks rows: %s',
    async (point) => {
      const directory = copy(`pipeline-${point}`);
      rmSync(join(directory, 'lake'), { recursive: true });
      cpSync(join(root, 'whole-lake'), join(directory, 'lake'), { recursive: true });
      await kill(directory, point);
      await run(directory, ALL);
      expect((await gapRows(directory)).map(({ reason }) => reason)).toEqual(Array(4).fill('replaced'));
      expect((await looked(directory)).problems).toEqual([]);
    },
  );

  it('is what the command does, which says it first and writes nothing', async () => {
    const directory = copy('program');
    const before = await state(directory);
    const dry = await contrail('repair', '--data', directory);
    expect(dry.code).toBe(1);
    expect(dry.output).toMatch(/^wrong: bronze\/flights lacks micro-batch 1/);
    expect(dry.output).toMatch(/^wrong: The topic .* another one of the same name/m);
    expect(dry.output).toMatch(/^repair --go would: make bronze\/flights again/m);
    expect(await state(directory)).toEqual(before);
    const went = await contrail('repair', '--go', '--data', directory);
    expect(went).toMatchObject({ code: 0 });
    expect((await contrail('repair', '--data', directory)).code).toBe(0);
    expect((await contrail('pipeline', '--once', '--data', directory, '--log-level', 'error')).code).toBe(0);
    const { output } = await contrail('doctor', '--data', directory);
    expect(output).toMatch(/^ok +lake .* passed over and 4 stretches of unknown length/m);
    expect(output).toMatch(/^ok +pipeline/m);
  });
});
