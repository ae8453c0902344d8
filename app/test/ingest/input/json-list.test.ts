import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type JsonItem,
  type JsonList,
  type ListLimits,
  readJsonItems,
  readJsonList,
} from '../../../src/ingest/input/json-list.ts';

const LIMITS: ListLimits = { maxItems: 1000, maxItemBytes: 10_000, maxDepth: 50 };

async function* inChunks(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const read = (text: string, size = 1000, limits = LIMITS): Promise<JsonList> =>
  readJsonList(inChunks(text, size), 'list', limits);

const anyObject = fc.record(
  { list: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()), time: fc.jsonValue(), more: fc.jsonValue() },
  { requiredKeys: [] },
);

test('reads what JSON.parse reads, however it is spaced and cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyObject,
      fc.constantFrom(undefined, ' ', '\r\n\t'),
      fc.integer({ min: 1, max: 40 }),
      async (object, space, size) => {
        const text = JSON.stringify(object, null, space);
        const { list, ...others } = JSON.parse(text) as Record<string, unknown>;
        const found = await read(text, size);
        const members = Object.fromEntries(found.members);
        expect(found.items?.map(({ value }) => value) ?? members['list']).toEqual(list);
        delete members['list'];
        expect(members).toEqual(others);
      },
    ),
    { numRuns: 300 },
  );
});

test('gives a list of any length piece by piece, and what came before it is cut off', async () => {
  const all = Array.from({ length: 5_000 }, (_, index) => ({ index }));
  const text = JSON.stringify(all);
  for (const size of [1, 1000, 1_000_000]) {
    const items: JsonItem[] = [];
    const form = { names: [], mayStandAlone: true };
    const limits = { ...LIMITS, maxItems: Infinity };
    for await (const some of readJsonItems(inChunks(text, size), form, limits)) items.push(...some);
    expect(items.map(({ value }) => value)).toEqual(all);
    let count = 0;
    const cut = (async () => {
      for await (const some of readJsonItems(inChunks(text.slice(0, 20_000), size), form, limits))
        count += some.length;
    })();
    await expect(cut).rejects.toThrow('cut off');
    expect(count).toBe(text.slice(0, 20_000).match(/\}/g)?.length);
  }
});

test('refuses what JSON.parse refuses: one byte gone, doubled or changed', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyObject.map((object) => Buffer.from(JSON.stringify(object))),
      fc.nat(),
      fc.constantFrom('gone', 'doubled', ...Buffer.from('[]{},:"x1 ')),
      async (bytes, where, change) => {
        const at = where % bytes.length;
        const middle =
          change === 'gone'
            ? Buffer.of()
            : change === 'doubled'
              ? bytes.subarray(at, at + 1)
              : Buffer.of(Number(change));
        const rest = bytes.subarray(change === 'doubled' ? at : at + 1);
        const text = Buffer.concat([bytes.subarray(0, at), middle, rest]).toString();
        let isJson = true;
        try {
          const json: unknown = JSON.parse(text);
          isJson = typeof json === 'object' && json !== null && !Array.isArray(json);
        } catch {
          isJson = false;
        }
        const isRead = await read(text, 7).then(
          () => true,
          () => false,
        );
        // "list" twice is the one thing that is refused beyond it.
        if (!/"list".*"list"/.test(text)) expect(isRead, text).toBe(isJson);
      },
    ),
    { numRuns: 1000 },
  );
});

test('keeps the text of elements that are too long or too deep, cut, and reads on', async () => {
  const deep = '['.repeat(60) + ']'.repeat(60);
  const long = JSON.stringify('x'.repeat(20_000));
  const { items } = await read(`{"list":[1,${deep},${long},2]}`);
  expect(items?.map(({ value }) => value)).toEqual([1, undefined, undefined, 2]);
  expect(items?.map(({ text }) => text)).toEqual(['1', deep, long.slice(0, 10_000), '2']);
});

test('refuses more elements than are allowed', async () => {
  await expect(read(`{"list":[${'1,'.repeat(1000)}1]}`)).rejects.toThrow('more than 1000 elements');
});

test('takes a byte order mark for nothing, and a member called __proto__ for a member', async () => {
  const { members } = await read('\uFEFF{"__proto__":{"time":1}}');
  expect([...members]).toEqual([['__proto__', { time: 1 }]]);
});

const lenient = { names: ['aircraft', 'ac'], mayStandAlone: true, keepsBroken: true };
const readLenient = (text: string): Promise<JsonList> => readJsonList(inChunks(text, 3), lenient, LIMITS);

test('reads a list that stands alone, where it may, and nothing after it', async () => {
  const found = await readLenient('\uFEFF [ {"hex":"a"}, 7, "x" ] ');
  expect(found.items?.map(({ value }) => value)).toEqual([{ hex: 'a' }, 7, 'x']);
  expect(found.members.size).toBe(0);
  expect((await readLenient('[]')).items).toEqual([]);
  for (const wrong of ['[1]]', '[1],', '[1', '[1}', '[1] {}'])
    await expect(readLenient(wrong)).rejects.toThrow('cut off or no JSON');
  await expect(read('[1]')).rejects.toThrow('cut off or no JSON');
});

test('reads the first list of several names, and the second one as any other member', async () => {
  const found = await readLenient('{"now":1,"ac":[1],"aircraft":[2]}');
  expect(found.items?.map(({ value }) => value)).toEqual([1]);
  expect(found.members.get('aircraft')).toEqual([2]);
  await expect(readLenient('{"ac":[1],"ac":[2]}')).rejects.toThrow('it holds "ac" twice');
});

test('keeps an element that is no JSON as a text, where it may, and still refuses what is cut off', async () => {
  const { items } = await readLenient('{"ac":[{"hex":"a","lat":nan},{"hex":"b"},-inf]}');
  expect(items).toEqual([
    { text: '{"hex":"a","lat":nan}', value: undefined },
    { text: '{"hex":"b"}', value: { hex: 'b' } },
    { text: '-inf', value: undefined },
  ]);
  await expect(readLenient('{"ac":[{"hex":"a","lat":na')).rejects.toThrow('cut off or no JSON');
  await expect(readJsonList(inChunks('{"ac":[{"lat":nan}]}', 5), 'ac', LIMITS)).rejects.toThrow('no JSON');
});
