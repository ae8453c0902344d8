import { ContrailError, messageOf } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { REPAIR } from '../next-steps.ts';

/**
 * SQLite's primary result codes (the low byte of an extended code) that a running program can meet.
 * Source: https://sqlite.org/rescode.html
 */
const BUSY = 5;
const LOCKED = 6;
const DAMAGED_NEXT =
  'Stop every Contrail program that uses it, and put back a copy of the file. Without a copy, "contrail pipeline --pass-over-gaps" takes in the ' +
  `messages that can be read, if any; then move the file and its -wal file away, which makes a new topic. ${REPAIR}`;
const RESULTS: Readonly<Record<number, readonly [code: ErrorCode, next: string]>> = {
  3: ['topic-not-writable', 'Give this user permission to read and write the folder and its files.'],
  [BUSY]: ['topic-busy', 'Another process is writing to it; trying again is safe.'],
  [LOCKED]: ['topic-busy', 'Another connection is writing to it; trying again is safe.'],
  7: ['topic-out-of-memory', 'Free some memory and try again.'],
  8: ['topic-not-writable', 'Give this user permission to write the folder and its files.'],
  10: ['topic-io-failed', 'Check the disk and the file system (a local one, not a network share).'],
  11: ['topic-damaged', DAMAGED_NEXT],
  13: ['topic-disk-full', 'Free disk space, or lower TOPIC_RETENTION_BYTES; nothing was appended.'],
  14: ['topic-not-openable', 'Check that the folder exists and that this user may write to it.'],
  18: ['topic-message-too-large', 'Send smaller messages.'],
  26: ['topic-damaged', DAMAGED_NEXT],
};

/** True when another connection held the lock: trying again is safe, nothing was done. */
export function isBusy(error: unknown): boolean {
  const result = primaryResult(error);
  return result === BUSY || result === LOCKED;
}

/**
 * Turns what `node:sqlite` threw into a {@link ContrailError}; an error that is one already, or that did not come from
 * SQLite, is returned unchanged.
 * @param doing what was being done, to what: `appending 10 messages to topic "opensky-data" (/data/topic/…)`
 */
export function fromSqlite(error: unknown, doing: string): unknown {
  const result = primaryResult(error);
  if (result === null) return error;
  const detail = messageOf(error);
  const [code, next] = RESULTS[result] ?? ['topic-store-failed', 'This is a bug; please report it.'];
  return new ContrailError(code, `${doing} failed: ${detail}. ${next}`, {
    cause: error,
    facts: { sqlite_result: result },
  });
}

function primaryResult(error: unknown): number | null {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_SQLITE_ERROR') return null;
  return 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : null;
}
