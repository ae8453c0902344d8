import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMessage } from '../../../src/flight/decode-message.ts';
import { encodeStateVector } from '../../../src/flight/state-vector.ts';
import { UnusableInputError } from '../../../src/ingest/input/unusable-input.ts';
import { type Answer, readAnswer } from '../../../src/ingest/readsb/answer.ts';
import { ANSWERS } from './answers.ts';

const recorded = '../shared/data/readsb';
const files = existsSync(recorded) ? readdirSync(recorded) : [];
/** Recordings are there on the machines of developers alone; what is invented has their forms. */
const TEXTS: readonly (readonly [name: string, text: string])[] = [
  ...Object.entries(ANSWERS),
  ...files.map((name) => [name, readFileSync(`${recorded}/${name}`, 'utf8')] as const),
];

/** Reads bytes as they may come; what is unusable is said so, and anything else would be a bug. */
async function read(bytes: Uint8Array): Promise<Answer | UnusableInputError> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
  }
  try {
    return await readAnswer(chunks(), 'readsb', 1_785_349_721_500);
  } catch (error) {
    if (error instanceof UnusableInputError) return error;
    throw error;
  }
}

/** Each entry is one message; each vector is a message that the pipeline can read, each other text one that it cannot. */
function expectSound(answer: Answer): void {
  for (const vector of answer.vectors) {
    const { malformed } = decodeMessage(encodeStateVector(vector));
    if (malformed !== null) expect([malformed, vector]).toBeNull();
  }
  for (const text of answer.others) expect(decodeMessage(text).malformed).not.toBeNull();
}

const entriesOf = (json: unknown): readonly unknown[] => {
  if (Array.isArray(json)) return json;
  const { aircraft, ac } = json as { readonly aircraft?: unknown[]; readonly ac?: unknown[] };
  return aircraft ?? ac ?? [];
};

describe.each(TEXTS)('an answer of %s', (_, text) => {
  test('that is cut off after any 97 bytes is refused as such', async () => {
    const bytes = Buffer.from(text.trimEnd());
    for (let length = 0; length < bytes.length; length += 97) {
      const found = await read(bytes.subarray(0, length));
      expect(found).toBeInstanceOf(UnusableInputError);
      expect((found as UnusableInputError).reason).toContain('cut off or no JSON');
    }
  });

  test('of which any value is any other JSON loses no aircraft, and gives none that the pipeline cannot read', async () => {
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom(null, '', 'ground', '~', -0, 1e308, 1e-320, 2 ** 53, '1e999', '0x10', [], {}, 'NaN'),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), odd, fc.boolean(), async (which, key, value, isWhole) => {
        const json: unknown = JSON.parse(text);
        const entries = entriesOf(json) as unknown[];
        const at = which % entries.length;
        const entry = entries[at] as Record<string, unknown>;
        const names = Object.keys(entry);
        if (isWhole) entries[at] = value;
        else entry[names[key % Math.max(1, names.length)] ?? 'hex'] = value;
        const answer = (await read(Buffer.from(JSON.stringify(json)))) as Answer;
        expect(answer.vectors.length + answer.others.length).toBe(entries.length);
        expectSound(answer);
      }),
      { numRuns: 300 },
    );
  });

  test('in which any byte is any other one is read or refused, and never more than that', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const bytes = Buffer.from(text);
        bytes[at % bytes.length] = byte;
        const found = await read(bytes);
        if (!(found instanceof UnusableInputError)) expectSound(found);
      }),
      { numRuns: 300 },
    );
  });
});
