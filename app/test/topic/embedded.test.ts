import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedTopic } from '../../src/topic/embedded/embedded-topic.ts';
import type { EmbeddedTopicOptions } from '../../src/topic/embedded/embedded-topic.ts';
import { fromSqlite } from '../../src/topic/embedded/sqlite-errors.ts';
import type { Message } from '../../src/topic/topic.ts';
import { collect, present } from './collect.ts';
import { describeTopicContract } from './contract.ts';

const NOW_MS = 1_700_000_000_000;
/** Source: RFC 8878, section 3.1.1, Magic_Number. */
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

function openIn(directory: string, options: Partial<EmbeddedTopicOptions> = {}): Promise<EmbeddedTopic> {
  return EmbeddedTopic.open({
    directory,
    name: 'opensky-data',
    partitions: 4,
    clock: () => NOW_MS,
    retention: { maxAgeMs: 7 * 86_400_000, maxBytes: 1024 ** 3 },
    ...options,
  });
}

function messages(count: number, key = 'one-key'): Message[] {
  return Array.from({ length: count }, (_, i) => ({
    key,
    value: `value ${i} ${i * i}`,
    timestamp_ms: NOW_MS,
  }));
}

describeTopicContract('embedded', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'contrail-topic-'));
  const opened: EmbeddedTopic[] = [];
  return {
    async open() {
      const topic = await openIn(directory);
      opened.push(topic);
      return topic;
    },
    async [Symbol.asyncDispose]() {
      for (const topic of opened) await topic[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
});

describe('EmbeddedTopic', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'contrail-topic-'));
    file = join(directory, 'opensky-data.db');
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('keeps messages and offsets from one opening to the next', async () => {
    {
      await using topic = await openIn(directory);
      await topic.append(messages(10));
    }
    await using topic = await openIn(directory);
    await topic.append(messages(1));
    expect((await collect(topic)).map(({ offset }) => offset)).toEqual(
      Array.from({ length: 11 }, (_, i) => BigInt(i)),
    );
  });

  it('starts with empty offsets for a reader that comes before the topic, creates nothing, and sees it appear', async () => {
    const missing = join(directory, 'not', 'yet');
    await using reader = await openIn(missing, { readOnly: true });
    expect(await reader.exists()).toBe(false);
    expect(existsSync(missing)).toBe(false);
    expect(await reader.offsets()).toEqual(
      [0, 1, 2, 3].map((partition) => ({ partition, start: 0n, end: 0n })),
    );
    expect(await reader.describe()).toEqual({ created_at_ms: null, simulated: null });
    await using writer = await openIn(missing);
    await writer.append(messages(3));
    expect(await reader.exists()).toBe(true);
    expect(await collect(reader)).toHaveLength(3);
    expect((await reader.describe()).created_at_ms).toBe(NOW_MS);
  });

  it('does not take an empty file or one without tables for a topic', async () => {
    await using reader = await openIn(directory, { readOnly: true });
    writeFileSync(file, '');
    expect(await reader.exists()).toBe(false);
    const blank = new DatabaseSync(file);
    blank.exec('pragma journal_mode = wal');
    blank.close();
    expect(await reader.exists()).toBe(false);
  });

  describe('whose file is deleted while programs have it open', () => {
    const deleteFiles = (): void => {
      for (const name of readdirSync(directory)) rmSync(join(directory, name));
    };

    it('acknowledges no append, says so, and gives nothing to readers', async () => {
      await using topic = await openIn(directory);
      await topic.append(messages(5));
      deleteFiles();
      const gone = { kind: 'corrupt', code: 'topic-gone' };
      await expect(topic.append(messages(1))).rejects.toMatchObject(gone);
      await expect(topic.append(messages(1))).rejects.toThrow(
        'deleted or moved while this program had it open',
      );
      await expect(topic.declareSimulated(true)).rejects.toMatchObject(gone);
      await expect(topic.offsets()).rejects.toMatchObject(gone);
      await expect(collect(topic, [{ partition: 0, start: 0n, end: 1n }])).rejects.toMatchObject(gone);
      expect(existsSync(file)).toBe(false);
    });

    it('reads nothing from another one that takes its place, and does that one no harm', async () => {
      const topic = await openIn(directory);
      await topic.append(messages(5));
      deleteFiles();
      await using other = await openIn(directory);
      await other.append(messages(8));
      const replaced = { kind: 'corrupt', code: 'topic-replaced' };
      await expect(topic.append(messages(1))).rejects.toMatchObject(replaced);
      await expect(topic.identity()).rejects.toMatchObject(replaced);
      await topic[Symbol.asyncDispose]();
      await other.append(messages(2));
      await using third = await openIn(directory, { readOnly: true });
      expect(await collect(third)).toHaveLength(10);
      expect(await third.identity()).toEqual(await other.identity());
    });

    it('is noticed when it is the write-ahead log alone, and what was acknowledged before is kept', async () => {
      {
        await using topic = await openIn(directory);
        await topic.append(messages(5));
        rmSync(`${file}-wal`);
        await expect(topic.append(messages(1))).rejects.toMatchObject({
          kind: 'corrupt',
          code: 'topic-gone',
        });
      }
      await using again = await openIn(directory);
      expect((await collect(again)).length).toBeGreaterThanOrEqual(5);
    });

    it('is noticed by a reader in the middle of a range', async () => {
      await using topic = await openIn(directory);
      await topic.append(messages(12_000));
      await using reader = await openIn(directory, { readOnly: true });
      const reading = (async () => {
        for await (const _ of reader.read(await reader.offsets())) deleteFiles();
      })();
      await expect(reading).rejects.toMatchObject({ code: 'topic-gone' });
    });
  });

  it('has an id that stays, and that another topic of the same name does not have', async () => {
    await using first = await openIn(directory);
    await using again = await openIn(directory, { readOnly: true });
    await using other = await openIn(join(directory, 'other'));
    const identity = await first.identity();
    expect(identity).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      created_at_ms: NOW_MS,
    });
    expect(await again.identity()).toEqual(identity);
    expect((await other.identity())?.id).not.toBe(identity?.id);
    await using none = await openIn(join(directory, 'none'), { readOnly: true });
    expect(await none.identity()).toBeNull();
  });

  it('of before there were ids is known by the moment of its creation', async () => {
    {
      await using topic = await openIn(directory);
      await topic.append(messages(3));
    }
    const database = new DatabaseSync(file);
    database.exec('alter table topic drop column id');
    database.close();
    await using topic = await openIn(directory);
    await topic.append(messages(1));
    expect(await topic.identity()).toEqual({ id: `created-${NOW_MS}`, created_at_ms: NOW_MS });
    expect(await collect(topic)).toHaveLength(4);
  });

  it('reads a topic that nobody has open, and refuses to write through a reader', async () => {
    {
      await using topic = await openIn(directory);
      await topic.append(messages(5));
    }
    await using reader = await openIn(directory, { readOnly: true });
    expect(await collect(reader)).toHaveLength(5);
    const refused = { kind: 'invalid', code: 'topic-read-only' };
    await expect(reader.append(messages(1))).rejects.toMatchObject(refused);
    await expect(reader.declareSimulated(true)).rejects.toMatchObject(refused);
  });

  it.each([false, true])(
    'refuses another number of partitions than it was created with (readOnly: %s)',
    async (readOnly) => {
      await (await openIn(directory))[Symbol.asyncDispose]();
      const opening = openIn(directory, { partitions: 8, readOnly });
      await expect(opening).rejects.toMatchObject({ kind: 'invalid', code: 'topic-partitions-differ' });
      await expect(openIn(directory, { partitions: 8, readOnly })).rejects.toThrow('Set NUM_PARTITIONS=4');
    },
  );

  it('refuses names and numbers of partitions that cannot be', async () => {
    for (const name of ['', '..', 'a/b', '../x', 'ü', 'x'.repeat(250)]) {
      await expect(openIn(directory, { name })).rejects.toMatchObject({
        kind: 'invalid',
        code: 'topic-name-invalid',
      });
    }
    for (const partitions of [0, -1, 1.5, Number.NaN]) {
      await expect(openIn(directory, { partitions })).rejects.toMatchObject({
        code: 'topic-partitions-invalid',
      });
    }
    expect(readdirSync(directory)).toEqual([]);
  });

  it('remembers what was declared first, and refuses the other kind', async () => {
    {
      await using topic = await openIn(directory);
      expect((await topic.describe()).simulated).toBeNull();
      await topic.declareSimulated(false);
      await topic.declareSimulated(false);
    }
    await using topic = await openIn(directory);
    expect(await topic.describe()).toEqual({ created_at_ms: NOW_MS, simulated: false });
    await expect(topic.declareSimulated(true)).rejects.toMatchObject({
      kind: 'invalid',
      code: 'lake-kind-differs',
    });
    await expect(topic.declareSimulated(true)).rejects.toThrow('Set DATA_DIR to another folder');
    expect((await topic.describe()).simulated).toBe(false);
  });

  it('is unavailable while another process keeps the write lock, appends nothing then, and recovers', async () => {
    await using topic = await openIn(directory, { writeWaitMs: 30 });
    const other = new DatabaseSync(file);
    other.exec('begin immediate');
    await expect(topic.append(messages(1))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'topic-busy',
    });
    expect(await collect(topic)).toEqual([]);
    other.exec('rollback');
    other.close();
    await topic.append(messages(2));
    expect(await collect(topic)).toHaveLength(2);
  });

  it('refuses a range of no partition, or beyond the end, instead of reading less', async () => {
    await using topic = await openIn(directory);
    await topic.append(messages(5));
    const { partition } = present((await topic.offsets()).find(({ end }) => end > 0n));
    await expect(collect(topic, [{ partition: 4, start: 0n, end: 1n }])).rejects.toMatchObject({
      kind: 'invalid',
    });
    await expect(collect(topic, [{ partition, start: 2n, end: 1n }])).rejects.toMatchObject({
      kind: 'invalid',
    });
    await expect(collect(topic, [{ partition, start: 0n, end: 6n }])).rejects.toMatchObject({
      kind: 'corrupt',
      code: 'topic-offsets-unknown',
    });
  });

  it('joins many small appends into few chunks', async () => {
    await using topic = await openIn(directory);
    for (let i = 0; i < 100; i++) await topic.append(messages(2));
    const chunks: number[] = [];
    for await (const chunk of topic.read(await topic.offsets())) chunks.push(chunk.values.length);
    expect(chunks).toEqual([200]);
  });

  it('bounds a chunk by about 4 MB of text too', async () => {
    await using topic = await openIn(directory);
    await topic.append(
      Array.from({ length: 12 }, () => ({ key: 'k', value: 'x'.repeat(1_000_000), timestamp_ms: 0 })),
    );
    const chunks: number[] = [];
    for await (const chunk of topic.read(await topic.offsets())) chunks.push(chunk.values.length);
    expect(chunks).toEqual([4, 4, 4]);
  });

  it('refuses a timestamp that is not whole milliseconds and appends nothing', async () => {
    await using topic = await openIn(directory);
    const broken = [...messages(3), { key: 'a', value: 'b', timestamp_ms: 1.5 }];
    await expect(topic.append(broken)).rejects.toMatchObject({
      kind: 'invalid',
      code: 'topic-message-invalid',
    });
    expect(await collect(topic)).toEqual([]);
  });

  it('finishes the appends under way when it is closed, and refuses later ones', async () => {
    const topic = await openIn(directory);
    const appends = [topic.append(messages(10)), topic.append(messages(10))];
    await topic[Symbol.asyncDispose]();
    await Promise.all(appends);
    await expect(topic.append(messages(1))).rejects.toMatchObject({ code: 'topic-closed' });
    await expect(topic.offsets()).rejects.toMatchObject({ code: 'topic-closed' });
    await using reader = await openIn(directory, { readOnly: true });
    expect(await collect(reader)).toHaveLength(20);
  });

  it('leaves the database of another program as it is', async () => {
    const foreign = new DatabaseSync(file);
    foreign.exec('create table theirs (x)');
    foreign.close();
    await expect(openIn(directory)).rejects.toMatchObject({ kind: 'invalid', code: 'topic-file-foreign' });
    const after = new DatabaseSync(file);
    expect(after.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'delete' });
    after.close();
  });

  it('refuses a file of a newer layout', async () => {
    await (await openIn(directory))[Symbol.asyncDispose]();
    const newer = new DatabaseSync(file);
    newer.exec('pragma user_version = 2');
    newer.close();
    await expect(openIn(directory)).rejects.toMatchObject({
      kind: 'unsupported',
      code: 'topic-layout-unknown',
    });
  });

  it.each([false, true])(
    'says that a file is damaged when it is no database (readOnly: %s)',
    async (readOnly) => {
      writeFileSync(file, 'this is not a database, not at all. '.repeat(1_000));
      const opening = openIn(directory, { readOnly });
      await expect(opening).rejects.toMatchObject({ kind: 'corrupt', code: 'topic-damaged' });
    },
  );

  it('finds a changed byte in a stored batch instead of handing out a wrong message', async () => {
    {
      await using topic = await openIn(directory);
      await topic.append(messages(20_000));
    }
    const bytes = readFileSync(file);
    // Everywhere a frame begins: pages that SQLite no longer uses may hold old copies of one.
    let damaged = 0;
    for (let at = bytes.indexOf(ZSTD_MAGIC); at >= 0; at = bytes.indexOf(ZSTD_MAGIC, at + 1)) {
      bytes[at + 500] = ~present(bytes[at + 500]) & 0xff;
      damaged++;
    }
    expect(damaged).toBeGreaterThan(0);
    writeFileSync(file, bytes);
    await using topic = await openIn(directory);
    await expect(collect(topic)).rejects.toMatchObject({ kind: 'corrupt', code: 'topic-damaged' });
  });

  it('calls a full disk unavailable, and says what to do', () => {
    const small = new DatabaseSync(':memory:');
    small.exec('pragma max_page_count = 4; create table t (x)');
    const insert = (): unknown => small.prepare('insert into t values (zeroblob(1000000))').run();
    let error: unknown = null;
    try {
      insert();
    } catch (cause) {
      error = fromSqlite(cause, 'Appending 1 message to topic "t"');
    } finally {
      small.close();
    }
    expect(error).toMatchObject({ kind: 'unavailable', code: 'topic-disk-full' });
    expect(String(error)).toContain('Free disk space');
  });
});
