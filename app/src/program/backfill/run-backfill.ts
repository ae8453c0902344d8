import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Engine } from '../../engine/engine.ts';
import { ContrailError } from '../../errors.ts';
import type { Airport } from '../../flight/airports.ts';
import { kindDiffers } from '../../flight/kind.ts';
import type { ArchiveFile } from '../../ingest/archive/files.ts';
import { archiveBytes } from '../../ingest/archive/read-archive.ts';
import type { Lake } from '../../lake/lake.ts';
import { rowsInTables, stagedKinds } from '../../pipeline/backfill/counts.ts';
import {
  type ArchiveCounts,
  type ArchiveIdentity,
  type ArchiveRecord,
  noteComplete,
  register,
} from '../../pipeline/backfill/registry.ts';
import {
  keepCountries,
  type StagedArchive,
  stagedRelation,
  Staging,
} from '../../pipeline/backfill/staging.ts';
import { timeRanges } from '../../pipeline/backfill/time-ranges.ts';
import type { MergePoint } from '../../pipeline/merge/apply.ts';
import { type MergeProgress, readyForMerge, runMerge } from '../../pipeline/merge/merge.ts';
import { type ArchiveReading, stageArchive } from './stage-archive.ts';
import type { StagingPlace } from './staging-place.ts';

/** Archives are merged together as soon as they have so many rows: small ones share the work of a merge. */
const GROUP_ROWS = 5_000_000;

/** Points of a backfill at which a crash must change nothing. */
export type BackfillPoint = 'registered' | 'staged' | 'merged' | 'noted' | MergePoint;

/** What is told while it goes on. */
export interface BackfillEvents {
  /** The archive is next. */
  readonly onArchive?: (file: ArchiveFile, number: number) => void;
  /** More bytes of it were read. */
  readonly onBytes?: (count: number) => void;
  /** Rows wait to be merged. */
  readonly onStaged?: (rows: number) => void;
  readonly onMerge?: (progress: MergeProgress) => void;
  readonly onReport?: (report: ArchiveReport) => void;
  readonly onNotice?: (text: string) => void;
  readonly onUpkeepTrouble?: (error: unknown) => void;
  readonly onPoint?: (point: BackfillPoint) => void;
}

/** What a backfill works with. */
export interface BackfillParts extends BackfillEvents {
  readonly lake: Lake;
  /** Merges. */
  readonly engine: Engine;
  /** DuckDB in this process; stages. */
  readonly stagingEngine: Engine;
  readonly place: StagingPlace;
  readonly files: readonly ArchiveFile[];
  readonly airports: readonly Airport[];
  readonly clock: () => number;
  readonly monotonic?: () => number;
  readonly signal: AbortSignal;
  /** Called before the lake is changed. */
  readonly holdLake?: () => Promise<void>;
  /** Resolves when the disk has room. */
  readonly untilRoom: () => Promise<void>;
  readonly sliceRows: number;
}

/** What became of an archive. */
export interface ArchiveReport extends ArchiveCounts {
  readonly path: string;
  readonly partition: number;
  /** When an earlier run had it complete; null if this run did it. */
  readonly since_ms: number | null;
  readonly damage: string | null;
  /** Why nothing of it was of use; null if it had rows. */
  readonly useless: string | null;
}

/** An archive that waits to be merged. */
interface Waiting extends StagedArchive {
  readonly path: string;
  readonly record: ArchiveRecord;
  readonly registered_at_ms: number;
  readonly damage: string | null;
  readonly useless: string | null;
}

/**
 * Takes archives into the lake: reads each file, stages its rows, and merges them with the rows that are there. An archive
 * that is complete is left out; killed at any moment, the same call goes on. Ends early when the signal fires.
 * @throws ContrailError `invalid` / `lake-kind-differs` before anything of an archive is in a table; `conflict` /
 * `archive-changed`; as `runMerge`
 */
export async function runBackfill(parts: BackfillParts): Promise<readonly ArchiveReport[]> {
  const { files, place, signal } = parts;
  const reports: ArchiveReport[] = [];
  const report = (one: ArchiveReport): void => {
    reports.push(one);
    parts.onReport?.(one);
  };
  await place.clear();
  // It is better to hear of an open micro-batch now than when all is read.
  await readyForMerge(
    parts.onPoint === undefined ? { lake: parts.lake } : { lake: parts.lake, onPoint: parts.onPoint },
  );
  try {
    await keepCountries(parts.stagingEngine);
    let simulated = await parts.lake.simulated();
    let waiting: Waiting[] = [];
    const rows = (): number => waiting.reduce((sum, archive) => sum + archive.rows, 0);
    for (const [index, file] of files.entries()) {
      parts.onArchive?.(file, index + 1);
      const record = await registered(parts, file);
      if (record.complete !== null) {
        parts.onBytes?.(file.bytes);
        const { at_ms: since_ms, ...complete } = record.complete;
        report({ ...complete, path: file.path, partition: record.partition, since_ms, useless: null });
      } else {
        const staged = await stage(parts, file, record, simulated);
        ({ simulated } = staged);
        waiting.push(staged.archive);
        parts.onStaged?.(rows());
      }
      if (waiting.length > 0 && (rows() >= GROUP_ROWS || index === files.length - 1)) {
        for (const one of await merge(parts, waiting, simulated ?? false)) report(one);
        waiting = [];
        await place.clear();
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await place.clear();
  }
  return reports;
}

/** The record of an archive by what is in it. */
async function registered(parts: BackfillParts, file: ArchiveFile): Promise<ArchiveRecord> {
  const record = await register(parts.lake.store, await identityOf(file, parts.signal), parts.clock());
  parts.onPoint?.('registered');
  return record;
}

async function identityOf(file: ArchiveFile, signal: AbortSignal): Promise<ArchiveIdentity> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of archiveBytes(file)) {
    signal.throwIfAborted();
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), name: basename(file.path), bytes };
}

async function stage(
  parts: BackfillParts,
  file: ArchiveFile,
  record: ArchiveRecord,
  kindOfLake: boolean | null,
): Promise<{ readonly archive: Waiting; readonly simulated: boolean | null }> {
  const { place, stagingEngine, signal } = parts;
  const folder = `${place.folder}/${record.partition}`;
  const staging = new Staging({
    engine: stagingEngine,
    folder,
    partition: record.partition,
    simulated: kindOfLake,
    signal,
  });
  const reading = await stageArchive(file, staging, {
    folder: join(place.local, 'members'),
    signal,
    ready: parts.untilRoom,
    onBytes: (count) => parts.onBytes?.(count),
  });
  await refuseChanged(file, record);
  const { registered_at_ms } = record;
  const archive = { ...reading.staged, path: file.path, record, registered_at_ms, ...wordsOf(reading) };
  for (const { name, why } of reading.skipped) parts.onNotice?.(`${name} is left out: ${why}.`);
  const { simulated } = staging;
  await refuseOtherKind(parts, archive, simulated ?? false);
  parts.onPoint?.('staged');
  return { archive, simulated };
}

/** The number of the archive stands for its content. */
async function refuseChanged({ path, parts }: ArchiveFile, { bytes }: ArchiveRecord): Promise<void> {
  const sizes = await Promise.all(parts.map(async (part) => (await stat(part)).size));
  if (sizes.reduce((sum, size) => sum + size, 0) === bytes) return;
  throw new ContrailError(
    'archive-changed',
    `${path} has changed while it was read. Nothing of it is in the lake. Wait until it is complete, then run the command again.`,
    { facts: { path } },
  );
}

async function refuseOtherKind(
  { lake, stagingEngine }: BackfillParts,
  archive: Waiting,
  simulated: boolean,
): Promise<void> {
  const kinds = await stagedKinds(stagingEngine, stagedRelation([archive]), simulated);
  if (kinds.other === 0 || kinds.other < kinds.good) return;
  throw kindDiffers(
    `The lake at ${lake.store.url}`,
    simulated,
    (came) => `${archive.path} has ${came} ones alone: choose another lake for them.`,
  );
}

/** What is wrong with an archive, in words. */
function wordsOf({ staged, damaged, skipped }: ArchiveReading): Pick<Waiting, 'damage' | 'useless'> {
  const [first, ...others] = damaged;
  const [other] = skipped;
  const more = others.length === 0 ? '' : ` (and ${others.length} more files in it)`;
  return {
    damage: first === undefined ? null : `${first.name}: ${first.reason}${more}`,
    useless: staged.rows === 0 && first === undefined ? (other?.why ?? null) : null,
  };
}

/** Merges staged archives, and notes that they are complete. */
async function merge(
  parts: BackfillParts,
  waiting: readonly Waiting[],
  simulated: boolean,
): Promise<readonly ArchiveReport[]> {
  const { lake, engine, signal } = parts;
  const relation = stagedRelation(waiting.filter(({ rows }) => rows > 0));
  if (relation.files.length > 0) {
    // Rows without a time have no range, and need one merge.
    const now = Math.floor(parts.clock() / 1000);
    const found = await timeRanges(engine, relation, signal);
    const names = createHash('sha256')
      .update(waiting.map(({ partition }) => partition).join())
      .digest('hex');
    for (const range of found.length === 0 ? [{ from: now, to: now + 1 }] : found) {
      const outcome = await runMerge({
        lake,
        engine,
        airports: parts.airports,
        clock: parts.clock,
        ...(parts.monotonic === undefined ? {} : { monotonic: parts.monotonic }),
        command: 'backfill',
        work: () => `backfill ${names} from ${range.from} to ${range.to}`,
        range,
        additions: { relation, simulated },
        sliceRows: parts.sliceRows,
        signal,
        ...(parts.holdLake === undefined ? {} : { holdLake: parts.holdLake }),
        ...(parts.onPoint === undefined ? {} : { onPoint: parts.onPoint }),
        ...(parts.onMerge === undefined ? {} : { onProgress: parts.onMerge }),
        ...(parts.onUpkeepTrouble === undefined ? {} : { onUpkeepTrouble: parts.onUpkeepTrouble }),
      });
      signal.throwIfAborted();
      if (outcome.done < outcome.slices.length) return [];
    }
    parts.onPoint?.('merged');
  }
  return complete(parts, waiting);
}

async function complete(
  { lake, engine, clock, onPoint }: BackfillParts,
  waiting: readonly Waiting[],
): Promise<readonly ArchiveReport[]> {
  const counts = await rowsInTables(
    lake,
    engine,
    waiting.map(({ partition }) => partition),
  );
  const reports: ArchiveReport[] = [];
  for (const { partition, path, record, rows, damage, useless } of waiting) {
    const { taken, quarantined } = counts.get(partition) ?? { taken: 0, quarantined: {} };
    const missing = rows - taken - Object.values(quarantined).reduce((sum, each) => sum + each, 0);
    if (missing !== 0)
      throw new ContrailError(
        'backfill-accounts-differ',
        `Of ${rows} rows of ${path}, ${missing} are neither in Silver nor in quarantine after they were merged. Run the command again; if it says the same, please report it.`,
        { facts: { path, partition, rows, missing } },
      );
    if (useless === null) {
      await noteComplete(lake.store, record, { at_ms: clock(), rows, taken, quarantined, damage });
      onPoint?.('noted');
    }
    reports.push({ path, partition, rows, taken, quarantined, damage, useless, since_ms: null });
  }
  return reports;
}
