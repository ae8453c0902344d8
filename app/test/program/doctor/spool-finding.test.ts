import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { spoolFile } from '../../../src/program/data-folder.ts';
import { spoolFinding } from '../../../src/program/doctor/spool-finding.ts';
import { PackedMessages } from '../../../src/topic/packed-messages.ts';
import { Spool, type Spooled } from '../../../src/topic/spool/spool.ts';
import { folderOf } from '../../ingest/folder.ts';

const settings = { topicName: 'test' };

test('doctor says what waits for the topic, that a producer has it, that it is damaged, and nothing else', async () => {
  await using folder = await folderOf({});
  const file = spoolFile(folder.path, 'test');
  const look = () => spoolFinding(settings, folder.path);
  expect(await look()).toEqual([]);
  const messages = new PackedMessages(1);
  messages.add('4b1812', '{}');
  {
    using spool = Spool.open(file, 1_000_000, () => undefined) as Spool;
    expect(await look()).toMatchObject([{ ok: true, found: expect.stringContaining('is in use') }]);
    spool.push(messages);
  }
  expect(await look()).toMatchObject([
    { ok: true, found: expect.stringMatching(/^1 polls \(0\.00 MB\) wait in/) },
  ]);
  {
    using spool = Spool.open(file, 1_000_000, () => undefined) as Spool;
    expect(spool.first()?.messages?.length).toBe(1);
    spool.sent(spool.first() as Spooled);
  }
  expect(await look()).toEqual([]);
  writeFileSync(file, Buffer.alloc(8192, 'no database at all '));
  expect(await look()).toMatchObject([{ check: 'spool', ok: false }]);
});
