/** The spool on a disk of 2 MB that somebody fills and makes room on. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { ListTopic } from '../../app/test/ingest/list-topic.ts';
import { ContrailError } from '../../app/src/errors.ts';
import { PackedMessages } from '../../app/src/topic/packed-messages.ts';
import { SpooledTopic } from '../../app/src/topic/spool/spooled-topic.ts';
import { smallDisk } from './small-disk.ts';

const disk = smallDisk(2);

const away = new ContrailError('kafka-unreachable', 'Kafka does not answer.');
const NEVER = new AbortController().signal;
/** A poll of 100 KB that does not shrink. */
function poll(name: string): PackedMessages {
  const messages = new PackedMessages(1);
  messages.add(name, `${name} ${randomBytes(50_000).toString('hex')}`);
  return messages;
}
const names = (topic: ListTopic) => topic.messages.map(({ key }) => key);

describe.skipIf(disk === null)(
  'a spool on a small disk (skipped where tmpfs cannot be mounted, for want of root)',
  () => {
    const filler = join(disk ?? '', 'filler');
    const folder = join(disk ?? '', 'spool');
    let told: string[] = [];
    const open = (topic: ListTopic): SpooledTopic => {
      const spooled = SpooledTopic.open(topic, {
        file: join(folder, 'topic.db'),
        maxBytes: 256_000_000,
        clock: () => Date.now(),
        sleep: () => new Promise((resolve) => void setImmediate(resolve)),
        tell: (sentence) => told.push(sentence),
      });
      if (spooled === 'held') throw new Error('The spool is held.');
      return spooled;
    };

    /** Takes all room that is left. */
    function fill(): void {
      for (const bytes of [65_536, 4_096]) {
        try {
          for (;;) writeFileSync(filler, Buffer.alloc(bytes), { flag: 'a' });
        } catch (error) {
          expect(error).toMatchObject({ code: 'ENOSPC' });
        }
      }
    }

    beforeEach(() => {
      told = [];
      rmSync(filler, { force: true });
      rmSync(folder, { recursive: true, force: true });
    });

    /** Appends polls until so many had the outcome. */
    async function append(spooled: SpooledTopic, prefix: string, count: number): Promise<readonly string[]> {
      const kept: string[] = [];
      for (let at = 0; at < count; at += 1) {
        const name = `${prefix}${at}`;
        if ((await spooled.append(poll(name))) === undefined) kept.push(name);
      }
      return kept;
    }

    it('loses nothing that it took, says so once, keeps polls again as soon as there is room, and sends all in order', async () => {
      const topic = new ListTopic();
      topic.failure = away;
      const kept: string[] = [];
      {
        await using spooled = open(topic);
        kept.push(...(await append(spooled, 'a', 5)));
        expect(kept.length).toBe(5);
        fill();
        const full = await append(spooled, 'b', 8);
        expect(full.length).toBeLessThan(8);
        kept.push(...full);
        const lost = spooled.state.dropped.polls;
        expect(told.filter((one) => one.includes('lost from now on'))).toEqual([
          expect.stringMatching(/the spool cannot be written \(.*full.*\): new polls are lost from now on/),
        ]);
        rmSync(filler);
        const after = await append(spooled, 'c', 3);
        expect(after.length).toBe(3);
        kept.push(...after);
        expect(told.at(-1)).toMatch(
          new RegExp(`^There is room again: polls are kept. ${lost} polls with ${lost} messages were lost`),
        );
        fill();
        topic.failure = null;
        // The disk is full again, and the topic is back: what waits is sent nevertheless.
        await spooled.drained(NEVER);
        expect(spooled.waiting).toBe(0);
        expect(told.at(-1)).toContain(`The topic takes positions again: ${kept.length} polls`);
      }
      expect(names(topic)).toEqual(kept);
      await using _again = open(topic);
      expect(names(topic)).toEqual(kept);
    });

    it('begins on a full disk: the topic has what it takes, and polls are kept when there is room', async () => {
      fill();
      const topic = new ListTopic();
      await using spooled = open(topic);
      await append(spooled, 'a', 2);
      expect(names(topic)).toEqual(['a0', 'a1']);
      topic.failure = away;
      expect(await append(spooled, 'b', 3)).toEqual([]);
      expect(told.length).toBe(2);
      rmSync(filler);
      expect(await append(spooled, 'c', 3)).toEqual(['c0', 'c1', 'c2']);
      expect(existsSync(join(folder, 'topic.words.json'))).toBe(true);
      topic.failure = null;
      await spooled.drained(NEVER);
      expect(names(topic)).toEqual(['a0', 'a1', 'c0', 'c1', 'c2']);
    });

    it('sends what an earlier run left as soon as there is room, and new polls meanwhile', async () => {
      const topic = new ListTopic();
      topic.failure = away;
      {
        await using spooled = open(topic);
        await append(spooled, 'a', 4);
      }
      fill();
      topic.failure = null;
      await using spooled = open(topic);
      await append(spooled, 'b', 1);
      expect(names(topic)).toEqual(['b0']);
      rmSync(filler);
      await append(spooled, 'c', 1);
      await spooled.drained(NEVER);
      expect(names(topic)).toEqual(['b0', 'a0', 'a1', 'a2', 'a3', 'c0']);
    });
  },
);
