import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkReadable, checkWritable, READABLE, WRITABLE } from '../src/features/protocol.ts';
import { type Metadata, type Protocol, struct } from '../src/index.ts';

/** Every feature of the protocol and of Delta Spark 4.4, and one that nobody knows. */
const READER_WRITER = [
  'columnMapping',
  'deletionVectors',
  'timestampNtz',
  'typeWidening',
  'v2Checkpoint',
  'vacuumProtocolCheck',
  'variantType',
  'variantShredding',
  'catalogManaged',
  'geospatial',
  'fromTheFuture',
];
const WRITER = [
  'appendOnly',
  'invariants',
  'checkConstraints',
  'generatedColumns',
  'identityColumns',
  'changeDataFeed',
  'domainMetadata',
  'inCommitTimestamp',
  'rowTracking',
  'clustering',
  'icebergCompatV1',
  'icebergCompatV2',
  'icebergCompatV3',
  'allowColumnDefaults',
  'materializePartitionColumns',
  'collations',
  'checkpointProtection',
  'fromTheFutureForWriters',
];
const PREVIEWS: Readonly<Record<string, string>> = {
  'typeWidening-preview': 'typeWidening',
  'variantType-preview': 'variantType',
  'variantShredding-preview': 'variantShredding',
};

const SCHEMA = struct({ id: 'long' });
const METADATA: Metadata = {
  id: 'x',
  format: { provider: 'parquet', options: {} },
  schemaString: JSON.stringify(SCHEMA),
  partitionColumns: [],
  configuration: {},
  createdTime: 0,
};

function protocolWith(feature: string): Protocol {
  const isForReaders = READER_WRITER.includes(feature);
  return {
    minReaderVersion: isForReaders ? 3 : 1,
    minWriterVersion: 7,
    ...(isForReaders ? { readerFeatures: [feature] } : {}),
    writerFeatures: [feature],
  };
}

function isAllowed(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

/** Cells of the table of features: its first column, and what the other two say. */
const ROWS = Array.from(
  readFileSync(join(import.meta.dirname, '../README.md'), 'utf8').matchAll(
    /^\| (.*?) *\| (.*?) *\| (.*?) *\|$/gm,
  ),
  ([, feature = '', read = '', write = '']) => ({ feature, read, write }),
);

/** The row that speaks of a feature: by its name, by a family such as `icebergCompat*`, else by `other … features`. */
function rowOf(feature: string): (typeof ROWS)[number] | undefined {
  const names = (text: string): string[] => Array.from(text.matchAll(/`([\w*]+)`/g), ([, name = '']) => name);
  const rest = READER_WRITER.includes(feature) ? 'unknown reader features' : 'other writer features';
  return (
    ROWS.find((row) =>
      names(row.feature).some(
        (name) => name === feature || (name.endsWith('*') && feature.startsWith(name.slice(0, -1))),
      ),
    ) ?? ROWS.find((row) => row.feature.includes(rest))
  );
}

describe('the table of features in the README', () => {
  test.each([...READER_WRITER, ...WRITER])('says of %s what the library does', (feature) => {
    const row = rowOf(feature);
    const protocol = protocolWith(feature);
    const canRead = isAllowed(() => checkReadable(protocol, METADATA, 'x'));
    const canWrite = canRead && isAllowed(() => checkWritable(protocol, METADATA, 'x'));
    expect({ read: row?.read !== 'no', write: row?.write !== 'no' }).toEqual({
      read: canRead,
      write: canWrite,
    });
  });

  test('leaves out no feature that the library knows', () => {
    const known = [...new Set([...READABLE, ...WRITABLE])].map((feature) => PREVIEWS[feature] ?? feature);
    const isRest = (feature: string): boolean =>
      /other writer|unknown reader/.test(rowOf(feature)?.feature ?? '');
    expect(known.filter(isRest)).toEqual([]);
    expect(known.filter((feature) => ![...READER_WRITER, ...WRITER].includes(feature))).toEqual([]);
  });
});
