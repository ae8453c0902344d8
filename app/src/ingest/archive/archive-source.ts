import type { ContrailError } from '../../errors.ts';
import { shown } from '../input/shown.ts';
import { UnusableInputError } from '../input/unusable-input.ts';
import type { Poll, PollOptions, Source } from '../source.ts';
import { type ArchiveFile, findArchives, unreadable } from './files.ts';
import { readRows, sourceFormatOf } from './format.ts';
import { type Member, membersOf } from './members.ts';
import { archiveBytes } from './read-archive.ts';
import type { ArchiveRow } from './state-rows.ts';
import { TimeOrder } from './time-order.ts';

/** Texts that are no rows go on when they are so many, and with the next poll else. Characters. */
const MOST_OTHERS = 1_000_000;

/** A file that could not be read to its end. */
interface Failure {
  readonly name: string;
  readonly reason: string;
  /** Rows of it that were sent. */
  readonly sent: number;
}

/**
 * Archives of positions, from a file or a folder: OpenSky's weekly state vectors (CSV or JSON) and readsb's traces, plain,
 * in gzip, in tar or in a tar that was split. Read in a stream, in the order of `time-order.ts`. It ends by itself.
 */
export class ArchiveSource implements Source {
  readonly name: string;
  readonly simulated = false;
  readonly #path: string;

  /** @param path a file or a folder */
  constructor(path: string) {
    this.#path = path;
    this.name = `archive:${path}`;
  }

  /**
   * Polls of whole seconds, those with few rows together; `done` and `total` are bytes of the files as they lie on disk.
   * @throws ContrailError `invalid` / `archive-unreadable` before the first poll when there is nothing to read; and after
   * the last one when a file could not be read to its end. What came before the damage, and all other files, were sent.
   */
  async *polls({ signal, onState, whenReady }: PollOptions): AsyncGenerator<Poll> {
    const files = await findArchives(this.#path);
    const reading = new Reading(files, signal, onState);
    const order = new TimeOrder();
    let others: string[] = [];
    let characters = 0;
    const send = async function* (leave?: number): AsyncGenerator<Poll> {
      for (const vectors of order.take(leave)) {
        await whenReady?.();
        if (signal?.aborted === true) return;
        yield { kind: 'vectors', vectors, others, ...reading.progress };
        [others, characters] = [[], 0];
      }
    };
    for await (const rows of reading.rows()) {
      for (const row of rows) {
        if (typeof row === 'string') {
          characters += row.length;
          others.push(row);
          continue;
        }
        order.add(row);
        if (order.isFull) yield* send();
        if (signal?.aborted === true) return;
      }
      if (characters > MOST_OTHERS) {
        await whenReady?.();
        if (signal?.aborted === true) return;
        yield { kind: 'vectors', vectors: [], others, ...reading.progress };
        [others, characters] = [[], 0];
      }
    }
    yield* send(0);
    if (signal?.aborted === true) return;
    if (others.length > 0) yield { kind: 'vectors', vectors: [], others, ...reading.progress };
    const error = failed(this.#path, reading);
    if (error !== null) throw error;
  }
}

/** Reads the files one after the other; a fault of one does not stop the others. */
class Reading {
  /** The first one, and how many there were. */
  firstFailure: Failure | null = null;
  failures = 0;
  /** Rows that were read. */
  sent = 0;
  readonly #files: readonly ArchiveFile[];
  readonly #signal: AbortSignal | undefined;
  readonly #onState: PollOptions['onState'];
  readonly #total: number;
  #done = 0;

  constructor(
    files: readonly ArchiveFile[],
    signal: AbortSignal | undefined,
    onState: PollOptions['onState'],
  ) {
    this.#files = files;
    this.#signal = signal;
    this.#onState = onState;
    this.#total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get progress(): { readonly done: number; readonly total: number } {
    return { done: this.#done, total: this.#total };
  }

  async *rows(): AsyncGenerator<readonly ArchiveRow[]> {
    for (const [index, file] of this.#files.entries()) {
      if (this.#isStopped) return;
      this.#onState?.({
        kind: 'ok',
        message: `Reading ${file.path}, ${index + 1} of ${this.#files.length}.`,
      });
      const [before, failuresBefore] = [this.sent, this.failures];
      try {
        for await (const member of membersOf(
          file.path,
          archiveBytes(file, (count) => (this.#done += count)),
        ))
          yield* this.#member(member);
      } catch (error) {
        if (this.#isStopped) return;
        // A tar that is cut off has told it in the member that is.
        if (this.failures === failuresBefore) this.#fail(file.path, error, this.sent - before);
      }
    }
  }

  async *#member(member: Member): AsyncGenerator<readonly ArchiveRow[]> {
    const format = sourceFormatOf(member.head);
    // Where a person named the file it is an error that it is of no use; elsewhere others lie about.
    const isNamed = this.#files.length === 1 && member.name === this.#files[0]?.path;
    if (typeof format === 'object' && !isNamed) {
      this.#notice(`${shown(member.name, 300)} is skipped: ${format.unknown}.`);
      return;
    }
    const before = this.sent;
    let isOdd = false;
    try {
      for await (const rows of readRows(format, member.bytes)) {
        if (this.#isStopped) return;
        const other = isOdd ? undefined : rows.find((row) => typeof row === 'string');
        if (other !== undefined) {
          isOdd = true;
          this.#notice(
            `${shown(member.name, 300)} has rows that are not state vectors, such as ${shown(other)}. They are sent unchanged and go to quarantine.`,
          );
        }
        this.sent += rows.length;
        yield rows;
      }
    } catch (error) {
      if (this.#isStopped) return;
      this.#fail(member.name, error, this.sent - before);
    }
  }

  get #isStopped(): boolean {
    return this.#signal?.aborted === true;
  }

  #notice(message: string): void {
    this.#onState?.({ kind: 'ok', message, notices: [{ about: 'rows', message }] });
  }

  #fail(name: string, error: unknown, sent: number): void {
    const reason = error instanceof UnusableInputError ? error.reason : (error as Error).message;
    this.firstFailure ??= { name: shown(name, 300), reason: shown(reason), sent };
    this.failures += 1;
  }
}

function failed(path: string, { firstFailure, failures, sent }: Reading): ContrailError | null {
  if (firstFailure === null) return null;
  const others = failures === 1 ? '' : `. ${failures - 1} more could not be read to the end either`;
  return unreadable(
    path,
    `${firstFailure.name}: ${firstFailure.reason}. ${firstFailure.sent} rows of it were sent, ${sent} in all${others}`,
    { sent, failures, file: firstFailure.name },
  );
}
