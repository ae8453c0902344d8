import type { DeltaTable } from '../../../src/index.ts';
import type { PeerName } from '../peers/peer.ts';
import { randomRows } from '../random-rows.ts';

/** A table that this library wrote, and what others cannot do with it. */
export interface Scenario {
  readonly name: string;
  /** The table, and the oldest version that can still be read; 0 when not told. */
  build(folder: string): Promise<{ readonly table: DeltaTable; readonly oldest?: number }>;
  /** Peers that lack a feature of the table, and the words with which they refuse to read it. */
  readonly unreadableBy?: Readonly<Partial<Record<PeerName, RegExp>>>;
  /** Peers that read the table, and the words with which they refuse to write it. */
  readonly unwritableBy?: Readonly<Partial<Record<PeerName, RegExp>>>;
  /** Why a peer does not optimize the table, and the words with which it refuses. */
  readonly notOptimizedBy?: Readonly<Partial<Record<PeerName, RegExp>>>;
}

/** Appends 20 rows in each of several commits, and waits for their checkpoints. */
export async function grow(table: DeltaTable, commits: number = 3, seed: number = 0): Promise<DeltaTable> {
  for (let i = 0; i < commits; i++) await table.append(randomRows(table.cached().schema, 20, seed + i));
  await table.settled();
  return table;
}
