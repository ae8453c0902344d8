import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { canonicalHeader, canonicalRow, openTable, type Snapshot } from '../../src/index.ts';
import type { Peer, TableDigest } from './peers/peer.ts';

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The canonical rows of a snapshot, as this library reads them. */
export async function canonicalRows(snapshot: Snapshot): Promise<string[]> {
  const texts: string[] = [];
  for await (const rows of snapshot.rows())
    for (const row of rows) texts.push(canonicalRow(snapshot.schema, row));
  return texts;
}

/** The digest of a snapshot, as this library reads it. */
export async function digestOf(snapshot: Snapshot): Promise<TableDigest> {
  const rows = await canonicalRows(snapshot);
  const { version, schema } = canonicalHeader(snapshot);
  return { version, schema, numRecords: rows.length, digest: sha(rows.map(sha).sort().join('\n')) };
}

/** Checks that the peer finds in the table what we find, at every version from `first` on. */
export async function expectAgreement(peer: Peer, path: string, first: number = 0): Promise<void> {
  const table = await openTable(path);
  const versions = Array.from({ length: table.cached().version - first + 1 }, (_, i) => first + i);
  const ours: TableDigest[] = [];
  for (const version of versions) ours.push(await digestOf(await table.snapshotAt({ version })));
  const theirs = await peer.call('digests', { path, versions });
  for (const version of versions)
    await explain(peer, path, version, ours[version - first], theirs[version - first]);
  expect(theirs).toEqual(ours);
}

/** Where digests differ, the rows say more. */
async function explain(
  peer: Peer,
  path: string,
  version: number,
  ours: TableDigest | undefined,
  theirs: TableDigest | undefined,
): Promise<void> {
  if (ours?.digest === theirs?.digest) return;
  const found = await peer.call('rows', { path, version });
  const mine = await canonicalRows(await (await openTable(path)).snapshotAt({ version }));
  expect(found.toSorted(), `rows of ${peer.name} at version ${version}`).toEqual(mine.toSorted());
}
