import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ContrailError } from '../../../src/errors.ts';
import { ArchiveSource } from '../../../src/ingest/archive/archive-source.ts';
import { folderOf } from '../folder.ts';
import { tar } from './tar.ts';

const ROWS = Array.from(
  { length: 200 },
  (_, index) => `${1000 + index},${(0x400000 + index * 97).toString(16)}`,
);
const CSV = `time,icao24\n${ROWS.join('\n')}\n`;
const TRACE = JSON.stringify({
  icao: 'abc123',
  timestamp: 1000,
  trace: ROWS.map((_, at) => [at, 1, 2, 100]),
});
const LIST = JSON.stringify(ROWS.map((_, time) => ({ time, icao24: 'abc123' })));

test('whatever is done to an archive, reading ends, with the one error that names it, and no vector is invented', async () => {
  const whole = await tar({
    'a.csv.gz': gzipSync(CSV),
    'b.json': gzipSync(TRACE),
    'c.csv': CSV,
    'd.json': LIST,
    'e.txt': CSV,
  });
  const forms = [
    whole,
    gzipSync(whole),
    gzipSync(CSV),
    Buffer.from(CSV),
    Buffer.from(LIST),
    Buffer.from(TRACE),
  ];
  const damage = fc.record({
    form: fc.constantFrom(...forms),
    cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    flips: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat(255) }), {
      maxLength: 3,
    }),
    gap: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ form, cut, flips, gap }) => {
      let bytes = Buffer.from(form);
      for (const { at, byte } of flips) bytes[Math.floor(at * (bytes.length - 1))] = byte;
      if (gap !== null) {
        const at = Math.floor(gap * bytes.length);
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 700)]);
      }
      if (cut !== null) bytes = bytes.subarray(0, Math.floor(cut * bytes.length));
      await using folder = await folderOf({ archive: bytes });
      let vectors = 0;
      let error: unknown = null;
      try {
        for await (const poll of new ArchiveSource(folder.file('archive')).polls({}))
          if (poll.kind === 'vectors') vectors += poll.vectors.length;
      } catch (cause) {
        error = cause;
      }
      expect(vectors).toBeLessThanOrEqual(4 * ROWS.length);
      if (error === null) return;
      expect(error).toBeInstanceOf(ContrailError);
      expect(error).toMatchObject({ code: 'archive-unreadable' });
      expect((error as ContrailError).message).toContain(folder.file('archive'));
    }),
    { numRuns: 150 },
  );
});
