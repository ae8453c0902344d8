import { existsSync, statSync } from 'node:fs';
import type { Settings } from '../../config/settings.ts';
import { ContrailError, messageOf } from '../../errors.ts';
import { type ArchiveFile, findArchives } from '../../ingest/archive/files.ts';
import { SLICE_ROWS } from '../../pipeline/merge/merge.ts';
import { loadAirports } from '../airports.ts';
import { existingData } from '../data-folder.ts';
import { lakeFloor } from '../disk-floor.ts';
import { openEngine, openPipelineEngine } from '../engine.ts';
import { openLake } from '../lake/open-lake.ts';
import { SYSTEM } from '../system.ts';
import { count, say } from '../terminal/say.ts';
import { untilRoom, whileShort } from '../until-room.ts';
import { BackfillWords } from './backfill-words.ts';
import { type ArchiveReport, runBackfill } from './run-backfill.ts';
import { stagingPlace } from './staging-place.ts';

/**
 * `contrail backfill`: archives straight into the lake, each row once. Files, and folders with all below them; `archive:` may
 * stand before a path.
 * @returns what became of each archive; fewer if the signal has fired
 * @throws ContrailError `invalid` / `archive-unreadable` after all others were taken, when an archive could not be read to
 * its end
 */
export async function backfill(
  settings: Settings,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly ArchiveReport[]> {
  const { files, named } = await archivesOf(paths);
  const data = existingData(settings, ['lake', 'topic']);
  await using home = openLake(settings, data, signal, 'backfill');
  await untilRoom(() => home.claim(), signal);
  const { lake, store } = home;
  await using engine = await openPipelineEngine(settings, data, store);
  // Spark reads what DuckDB has staged.
  await using own = settings.sparkRemote === null ? null : await openEngine(settings, data, store);
  const words = new BackfillWords(SYSTEM.monotonic, files);
  const floor = lakeFloor(settings, data);
  const reports = await runBackfill({
    lake,
    engine,
    stagingEngine: own ?? engine,
    place: stagingPlace(settings, data, store),
    files,
    airports: loadAirports(),
    clock: SYSTEM.clock,
    monotonic: SYSTEM.monotonic,
    signal,
    holdLake: () => home.hold(),
    untilRoom: () => whileShort(floor, signal),
    sliceRows: SLICE_ROWS,
    onArchive: (file, number) => words.onArchive(file.path, number),
    onBytes: (bytes) => words.onBytes(bytes),
    onMerge: (progress) => words.onMerge(progress),
    onReport: (report) => words.onReport(report),
    onNotice: say,
    onUpkeepTrouble: (error) => say(`Maintenance of the tables will be tried again: ${messageOf(error)}`),
  });
  if (signal.aborted) say('Stopped. What is merged stays; the same command goes on with the rest.');
  else {
    const done = reports.filter(({ useless }) => useless === null).length;
    say(`${count(done)} ${done === 1 ? 'archive is' : 'archives are'} in the lake ${store.url}.`);
  }
  const failure = failureOf(reports, named);
  if (failure !== null) throw failure;
  return reports;
}

/** The archives of files and folders, each once, and the paths of those that were named themselves. */
export async function archivesOf(
  paths: readonly string[],
): Promise<{ readonly files: readonly ArchiveFile[]; readonly named: ReadonlySet<string> }> {
  const found = new Map<string, ArchiveFile>();
  const named = new Set<string>();
  for (const given of paths) {
    const path = existsSync(given) ? given : given.replace(/^archive:/, '');
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
    for (const file of await findArchives(path)) {
      found.set(file.path, file);
      if (!isFolder) named.add(file.path);
    }
  }
  return { files: [...found.values()], named };
}

/** Other files lie about in folders: that one of them is no archive is an error only where it was named. */
function failureOf(reports: readonly ArchiveReport[], named: ReadonlySet<string>): ContrailError | null {
  const bad = reports.filter(
    ({ path, damage, useless }) => damage !== null || (useless !== null && named.has(path)),
  );
  const [first, ...others] = bad;
  if (first === undefined) return null;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  const why = first.damage ?? first.useless ?? '';
  return new ContrailError(
    'archive-unreadable',
    `Not all archives could be read to their end: ${first.path} (${why})${more}. All rows before the damage are in the lake. Get whole copies, then run the command on them: rows that are there already count once.`,
    { facts: { paths: bad.map(({ path }) => path) } },
  );
}
