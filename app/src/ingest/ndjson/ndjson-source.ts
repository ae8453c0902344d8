import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { ContrailError, messageOf } from '../../errors.ts';
import type { MessageValue } from '../../flight/decode-message.ts';
import { unpacked } from '../input/file-bytes.ts';
import { withPauses } from '../input/with-pauses.ts';
import type { Poll, PollOptions, Source } from '../source.ts';
import { readLines } from './lines.ts';

/** Lines in one poll: large enough that a commit per poll costs little, small enough to be a few MB. */
export const LINES_PER_POLL = 5_000;
/** And characters, whatever the lines are like: a poll is in memory as a whole. */
const CHARACTERS_PER_POLL = 8 * 1024 * 1024;

/** Lines of a pipe that somebody writes slowly are passed on after so long, at the latest. */
const LONGEST_WAIT_MS = 500;

const READ_BYTES = 1024 * 1024;

/**
 * A file of topic messages, one a line, each sent unchanged: no line is parsed or refused here. `.gz` files are
 * unpacked on the way; `-` is standard input. Files of any size, in bounded memory. It ends with the file.
 */
export class NdjsonSource implements Source {
  readonly name: string;
  readonly simulated = null;
  readonly #path: string;
  readonly #stdin: Readable;
  readonly #linesPerPoll: number;

  /** @param path A file, or `-` for `stdin`. */
  constructor(path: string, options: { readonly stdin?: Readable; readonly linesPerPoll?: number } = {}) {
    this.#path = path;
    this.name = `ndjson:${path}`;
    this.#stdin = options.stdin ?? process.stdin;
    this.#linesPerPoll = options.linesPerPoll ?? LINES_PER_POLL;
  }

  /**
   * Polls of {@link LINES_PER_POLL} lines, fewer at the end and where lines come slowly; `done` and `total` are bytes of the file as it lies
   * on disk, `total` unknown for standard input.
   * @throws ContrailError `invalid` / `ndjson-unreadable` when the file cannot be read, its gzip stream is broken, or a
   * line is longer than 16 MiB. What came before it has been yielded, and the message says how many lines.
   */
  async *polls({ signal, onState, whenReady }: PollOptions): AsyncGenerator<Poll> {
    const isStopped = () => signal?.aborted === true;
    if (isStopped()) return;
    const total = await this.#size();
    onState?.({ kind: 'ok', message: `Reading ${this.#path === '-' ? 'standard input' : this.#path}.` });
    const input =
      this.#path === '-' ? this.#stdin : createReadStream(this.#path, { highWaterMark: READ_BYTES });
    const stop = () => input.destroy();
    signal?.addEventListener('abort', stop, { once: true });

    let done = 0;
    const bytes = counted(input, (count) => (done += count));
    const progress = () => (total === null ? { done } : { done, total });
    let sent = 0;
    let values: MessageValue[] = [];
    let characters = 0;
    let sinceMs = 0;
    const isDue = (): boolean => values.length > 0 && performance.now() - sinceMs >= LONGEST_WAIT_MS;
    const poll = (): Poll => {
      const full: Poll = { kind: 'messages', values, ...progress() };
      sent += values.length;
      [values, characters] = [[], 0];
      return full;
    };
    try {
      await whenReady?.();
      const chunks = readLines(this.#path.endsWith('.gz') ? unpacked(bytes) : bytes);
      for await (const lines of withPauses(chunks, LONGEST_WAIT_MS)) {
        for (const line of lines ?? []) {
          if (values.length === 0) sinceMs = performance.now();
          values.push(line);
          characters += line.length;
          if (values.length < this.#linesPerPoll && characters < CHARACTERS_PER_POLL) continue;
          yield poll();
          await whenReady?.();
          if (isStopped()) return;
        }
        if (isStopped()) return;
        if (isDue()) {
          yield poll();
          await whenReady?.();
        }
        if (isStopped()) return;
      }
      if (values.length > 0) yield poll();
    } catch (error) {
      if (isStopped()) return;
      // What came before the damage is as good as any.
      if (values.length > 0) yield poll();
      throw unreadable(this.#path, error, sent);
    } finally {
      signal?.removeEventListener('abort', stop);
      stop();
    }
  }

  /** Bytes of the file; null if unknown (standard input, pipes). */
  async #size(): Promise<number | null> {
    if (this.#path === '-') return null;
    try {
      const found = await stat(this.#path);
      if (found.isDirectory()) throw new Error('it is a folder');
      return found.isFile() ? found.size : null;
    } catch (error) {
      throw unreadable(this.#path, error);
    }
  }
}

async function* counted(input: Readable, onBytes: (count: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of input as AsyncIterable<Uint8Array>) {
    onBytes(chunk.length);
    yield chunk;
  }
}

function unreadable(path: string, cause: unknown, sent?: number): ContrailError {
  const found = messageOf(cause);
  const before = sent === undefined ? '' : ` ${sent} messages of it were sent.`;
  return new ContrailError(
    'ndjson-unreadable',
    `The file ${path} cannot be read as lines of messages: ${found}.${before} Check the path and the file, then start again.`,
    { cause, facts: { path, ...(sent !== undefined && { sent }) } },
  );
}
