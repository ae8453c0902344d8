import type { SingleBar } from 'cli-progress';
import { createRequire } from 'node:module';
import type { IngestCounts } from '../../ingest/ingest.ts';
import { count, say } from './say.ts';

/** Between two lines about a file that is being sent, and about a live source, which may have a poll each second. */
const [FILE_LINE_MS, LIVE_LINE_MS] = [2_000, 10_000];
/** A poll each 10 s comes now and then a little early. */
const EARLY_MS = 500;

/** Where progress goes; standard error by default. */
export interface ProgressOutlets {
  readonly speak?: (text: string) => void;
  readonly stream?: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Several sources share the terminal: print lines instead of a bar. */
  readonly isShared?: boolean;
}

/** Loaded only where it is shown. */
function barOn(stream: NodeJS.WritableStream): SingleBar {
  const library = createRequire(import.meta.url)('cli-progress') as typeof import('cli-progress');
  return new library.SingleBar({ format: '{bar} {percentage}% | {messages} messages', stream });
}

/**
 * How far sending has come: a bar, where a person watches and the end is known; else a line every two seconds for a file,
 * and for a live source one at its first poll and then every ten seconds at most.
 */
export class SendProgress implements Disposable {
  readonly #monotonic: () => number;
  readonly #say: (text: string) => void;
  readonly #bar: SingleBar | null;
  #isStarted = false;
  #lastLine: number;
  #hasSpoken = false;

  constructor(
    monotonic: () => number,
    { speak = say, stream = process.stderr, isShared = false }: ProgressOutlets = {},
  ) {
    this.#monotonic = monotonic;
    this.#say = speak;
    this.#bar = stream.isTTY === true && !isShared ? barOn(stream) : null;
    this.#lastLine = monotonic();
  }

  /** The sums so far. */
  show({ messages, done = 0, total }: IngestCounts): void {
    if (this.#bar !== null && total !== undefined) {
      if (!this.#isStarted) this.#bar.start(total, 0, { messages: '0' });
      this.#isStarted = true;
      this.#bar.update(done, { messages: count(messages) });
    } else if (this.#isTime(total !== undefined)) {
      this.#lastLine = this.#monotonic();
      this.#hasSpoken = true;
      const share = total === undefined ? '' : ` (${Math.floor((100 * done) / total)} %)`;
      this.#say(`${count(messages)} messages sent${share}`);
    }
  }

  #isTime(isFile: boolean): boolean {
    if (!isFile && !this.#hasSpoken) return true;
    return this.#monotonic() - this.#lastLine >= (isFile ? FILE_LINE_MS : LIVE_LINE_MS - EARLY_MS);
  }

  /** The bar stays, and later output begins on a new line. */
  [Symbol.dispose](): void {
    if (this.#isStarted) this.#bar?.stop();
    this.#isStarted = false;
  }
}
