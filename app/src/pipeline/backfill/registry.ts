/**
 * Which archives a lake has taken in: `_contrail/archives/<partition>.json`, one record for each file by its SHA-256. The record
 * gives its rows their `topic_partition` and `ingested_at`, so that a file that is read again gives the same rows.
 */
import { hasCode, type ObjectStore } from '@contrail/delta-lake';
import { ContrailError } from '../../errors.ts';
import { FIRST_ARCHIVE_PARTITION } from '../../lake/bronze-flights.ts';

/** An archive by its content. */
export interface ArchiveIdentity {
  /** Hexadecimal. */
  readonly sha256: string;
  /** Of the file when it was first seen; another name changes nothing. */
  readonly name: string;
  readonly bytes: number;
}

/** What became of the rows of an archive that is in the lake. */
export interface ArchiveCounts {
  readonly rows: number;
  /** In Silver. */
  readonly taken: number;
  /** In quarantine, by reason. */
  readonly quarantined: Readonly<Record<string, number>>;
}

export interface ArchiveRecord extends ArchiveIdentity {
  /** Its number, the `topic_partition` of its rows. */
  readonly partition: number;
  readonly registered_at_ms: number;
  /** Null while some of its rows may be missing. */
  readonly complete: CompleteArchive | null;
}

export interface CompleteArchive extends ArchiveCounts {
  readonly at_ms: number;
  /** Why the file could not be read to its end; null if it was. */
  readonly damage: string | null;
}

const VERSION = 1;
const FOLDER = '_contrail/archives/';
/** The last partition of an `integer`. */
const LAST_PARTITION = 2_147_483_647;
const NUMBERS = LAST_PARTITION - FIRST_ARCHIVE_PARTITION + 1;
/** Digits of a SHA-256 that give the first number to try. */
const NUMBER_DIGITS = 12;

const keyOf = (partition: number): string => `${FOLDER}${partition}.json`;

/** The number that an archive gets unless another one has it already. */
export const firstNumber = (sha256: string): number =>
  FIRST_ARCHIVE_PARTITION + (Number.parseInt(sha256.slice(0, NUMBER_DIGITS), 16) % NUMBERS);

/**
 * The record of an archive, which is made if there is none. The next free number is taken where another archive has the
 * first one.
 * @throws ContrailError `corrupt` / `archive-record-unreadable`
 */
export async function register(
  store: ObjectStore,
  identity: ArchiveIdentity,
  nowMs: number,
): Promise<ArchiveRecord> {
  for (let partition = firstNumber(identity.sha256); ; partition = next(partition)) {
    const record: ArchiveRecord = { partition, ...identity, registered_at_ms: nowMs, complete: null };
    if ((await store.putIfAbsent(keyOf(partition), textOf(record))) === 'created') return record;
    const found = await readArchiveRecord(store, partition);
    if (found?.sha256 === identity.sha256) return found;
  }
}

const next = (partition: number): number =>
  partition === LAST_PARTITION ? FIRST_ARCHIVE_PARTITION : partition + 1;

/** Notes that every row of an archive is in the lake. From here on it is skipped. */
export async function noteComplete(
  store: ObjectStore,
  record: ArchiveRecord,
  complete: CompleteArchive,
): Promise<void> {
  await store.put(keyOf(record.partition), textOf({ ...record, complete }));
}

/** The record of a number; null if there is none. @throws as {@link register} */
export async function readArchiveRecord(
  store: ObjectStore,
  partition: number,
): Promise<ArchiveRecord | null> {
  const key = keyOf(partition);
  try {
    return parse(JSON.parse(Buffer.from(await store.get(key)).toString('utf8')));
  } catch (cause) {
    if (hasCode(cause, 'object-not-found')) return null;
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new ContrailError(
      'archive-record-unreadable',
      `Cannot read ${key} in ${store.url}: ${cause.message}. It says which archive has the rows of topic_partition ${partition}. Restore it, or move it away: then the archive is taken for a new one, and its rows are duplicates.`,
      { cause },
    );
  }
}

const textOf = (record: ArchiveRecord): string => `${JSON.stringify({ version: VERSION, ...record })}\n`;

function parse(json: unknown): ArchiveRecord {
  const record = typeof json === 'object' && json !== null ? (json as Partial<ArchiveRecord>) : {};
  const { partition, sha256, name, bytes, registered_at_ms, complete = null } = record;
  if (typeof partition !== 'number' || typeof sha256 !== 'string' || typeof registered_at_ms !== 'number')
    throw new SyntaxError('it is not a record of an archive');
  return { partition, sha256, name: name ?? '', bytes: bytes ?? 0, registered_at_ms, complete };
}
