import { describe, expect, test } from 'vitest';
import { absolutePath, baseName, relativePath, tableKey } from '../../src/actions/path.ts';

const TABLES = ['file:///data/my%20t', 's3://bucket/my t', 'memory://store/my t'];

/** However it is written: the file `day=1/a b.parquet` of the table. */
const INSIDE = [
  'day=1/a%20b.parquet',
  './day=1/a%20b.parquet',
  'day=1//a%20b.parquet',
  'day=1/./a%20b.parquet',
  'x/../day=1/a%20b.parquet',
  'day%3D1/a%20b.parquet',
  'day=1%2Fa%20b.parquet',
  '../my%20t/day=1/a%20b.parquet',
];

const OUTSIDE = [
  '../victim.txt',
  '../../victim.txt',
  'day=1/../../victim.txt',
  '%2e%2e/victim.txt',
  '%2E%2E%2fvictim.txt',
  '..%2f..%2f..%2f..%2fvictim.txt',
  './..//victim.txt',
  '..',
  '.',
  '',
  '../my%20t',
  '../my%20table/a.parquet',
  '/victim.txt',
  'file:/victim.txt',
  'file:///etc/passwd',
  's3://other/my%20t/a.parquet',
  'hdfs://host/data/my%20t/a.parquet',
  'memory://other/my%20t/a.parquet',
];

describe.each(TABLES)('in the log of %s', (table) => {
  test.each(INSIDE)('"%s" is the file that it leads to', (path) => {
    expect(tableKey(table, path)).toBe('day=1/a b.parquet');
  });

  test.each(OUTSIDE)('"%s" leads out of the table, and has no key in it', (path) => {
    expect(tableKey(table, path)).toBeNull();
  });
});

test.each([
  ['file:///data/t', 'file:/data/t/a.parquet'],
  ['file:///data/t', 'file:///data/t/a.parquet'],
  ['file:///data/t', 'file://localhost/data/t/a.parquet'],
  ['file:///data/t', 'FILE:/data/t/./a.parquet'],
  ['file:///data/t', '/data//t/x/../a.parquet'],
  ['file:///data/t', '/data/t/%61.parquet'],
  ['s3://bucket/t', 's3a://bucket/t/a.parquet'],
  ['s3://bucket/t', 'S3N://bucket/t//a.parquet'],
  ['s3://bucket', 's3://bucket/a.parquet'],
])('in the log of %s "%s" is a.parquet of the table', (table, path) => {
  expect(tableKey(table, path)).toBe('a.parquet');
});

test('a host is part of a place', () => {
  expect(tableKey('file:///data/t', 'file://other/data/t/a.parquet')).toBeNull();
  expect(tableKey('s3://bucket/t', 's3a://bucket2/t/a.parquet')).toBeNull();
});

test('an address has one spelling, and a path that climbs above everything has none', () => {
  expect(absolutePath('file:///data/my%20t', 'a%20b/../c')).toBe('/data/my t/c');
  expect(absolutePath('file:///data/t', '../other/c')).toBe('/data/other/c');
  expect(absolutePath('s3://bucket/t', 's3a://b2/x%20y')).toBe('s3://b2/x y');
  expect(() => absolutePath('s3://bucket/t', '../../c')).toThrow(/leads above the root of its store/);
  expect(baseName('s3://b/x/a%20b')).toBe('a b');
});

test('a file that is to be committed lies below the table, whatever its path looks like', () => {
  expect(relativePath('file:///data/t', '/data/t/day=1/a%20b')).toBe('day=1/a%20b');
  expect(relativePath('file:///data/t', 'file:///data/t/a%20b')).toBe('a b');
  expect(relativePath('s3://bucket/t', 's3a://bucket/t/a')).toBe('a');
  expect(relativePath('memory://store', './a')).toBe('a');
  for (const path of [
    '/data/t/../../etc/x',
    '/data/t2/x',
    '../x',
    'a/../../x',
    '',
    'file:///data/t/%2e%2e/x',
  ])
    expect(() => relativePath('file:///data/t', path)).toThrow(/does not lie below/);
});
