import { expect, test } from 'vitest';
import { FileTexts } from '../../src/actions/file-texts.ts';
import { LoggedFile, recordCount } from '../../src/actions/logged-file.ts';

const statistics = (i: number): string =>
  `{"numRecords":${i},"minValues":{"name":"ö🛩${i}"},"maxValues":{"name":"${'x'.repeat(2000)}"},"nullCount":{"name":0}}`;

const fileOf = (i: number, texts: FileTexts | null): LoggedFile =>
  new LoggedFile(
    {
      path: `f${i}`,
      size: 1,
      modificationTime: 1,
      dataChange: true,
      partitionValues: {},
      statsText: i % 1000 === 7 ? null : statistics(i),
    },
    texts,
  );

test('the statistics of many files are packed and come out as they went in, in any order', () => {
  const texts = new FileTexts();
  const files = Array.from({ length: 12_000 }, (_, i) => fileOf(i, texts));
  // The text of a file that is beyond the first megabytes is not a field of its own any more.
  for (const i of [0, 11_999, 5, 9000, 8999, 9001, 11_007, 11_999])
    expect(files[i]?.statsText).toBe(i % 1000 === 7 ? null : statistics(i));
  expect(files[11_000]?.stats).toMatchObject({ numRecords: 11_000, minValues: { name: 'ö🛩11000' } });
  for (const [i, file] of files.entries()) {
    if (i % 97 === 0 && i % 1000 !== 7) expect(file.statsText).toBe(statistics(i));
    expect(recordCount(file)).toBe(i % 1000 === 7 ? null : i);
  }
});

test('files of one partition share its values, and only they', () => {
  const texts = new FileTexts();
  const values = texts.partitionValues({ day: '2026-11-24', hour: null });
  expect(texts.partitionValues({ day: '2026-11-24', hour: null })).toBe(values);
  for (const other of [{ day: '2026-11-24', hour: '' }, { day: null, hour: null }, { day: '2026-11-24' }])
    expect(texts.partitionValues(other)).toBe(other);
});

test('partition values that look like a separator, or like null, are not taken for one another', () => {
  const texts = new FileTexts();
  const partitions = [
    { p: null },
    { p: '\u0001' },
    { p: 'null' },
    { p: '\u0000' },
    { p: 'a\u0000q\u0000b', r: 'c' },
    { p: 'a', q: 'b', r: 'c' },
    { 'p\u0000a\u0000q': 'b', r: 'c' },
  ];
  for (const values of partitions) texts.partitionValues(values);
  for (const values of partitions) expect(texts.partitionValues({ ...values })).toBe(values);
});
