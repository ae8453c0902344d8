/** Recorded lines of a receiver, as record/line-recorder.ts writes them. */
import type { StateVector } from '../../flight/state-vector.ts';
import { fileBytes } from '../input/file-bytes.ts';
import { shown } from '../input/shown.ts';
import { UnusableInputError } from '../input/unusable-input.ts';
import { Joiner } from '../sbs/joiner.ts';
import { MAX_LINE_BYTES } from '../sbs/lines.ts';
import { ReceiverClock, receiverClockNotice } from '../sbs/receiver-clock.ts';
import { readMessage } from '../sbs/message.ts';
import type { SourceNotice } from '../source.ts';

/** Whether a file is one of lines, by its name. */
export const isLineFile = (path: string): boolean => /\.sbs(\.gz|\.zst)?$/.test(path);

/** A line, and when it was received: epoch ms. */
interface ReceivedLine {
  readonly received_ms: number;
  readonly text: string;
}

/** What was heard in a second of a recording. */
export interface PlayedSecond {
  /** Epoch seconds: the end of the second, when the poll came. */
  readonly time: number;
  readonly vectors: readonly StateVector[];
}

/** The time of the first line, epoch seconds. @throws UnusableInputError unless every line has a time. */
export async function timeOfLines(path: string): Promise<number> {
  let first: number | null = null;
  for await (const { received_ms } of linesOf(path)) first ??= received_ms / 1000;
  if (first === null) throw new UnusableInputError('it has no lines');
  return first;
}

/**
 * Joins lines as the source did when they were recorded, from one file to the next: a poll for each second in which an aircraft was
 * heard. Times are those of receipt.
 */
export class LinePlayer {
  readonly #joiner = new Joiner();
  readonly #clock = new ReceiverClock();
  /** The second at hand, epoch; it may go on in the next file. */
  #second = -Infinity;

  /**
   * @param isLast no lines follow in another file
   * @throws UnusableInputError at a line without a time; Error when the file cannot be read
   */
  async *play(path: string, isLast: boolean): AsyncGenerator<PlayedSecond> {
    for await (const { received_ms, text } of linesOf(path)) {
      const at = Math.floor(received_ms / 1000);
      if (at !== this.#second) yield* this.#take(received_ms);
      this.#second = at;
      const message = this.#joiner.push({ text, isTooLong: text.length > MAX_LINE_BYTES }, received_ms);
      if (message !== null && !message.isMlat) this.#clock.hear(message.generated_ms, received_ms);
    }
    if (isLast) yield* this.#take((this.#second + 1) * 1000);
  }

  /** What is odd so far: a clock of the receiver that differed from that of the recorder, and lines that are none. */
  notices(path: string): readonly SourceNotice[] {
    const ahead_ms = this.#clock.take();
    const clock = ahead_ms === null ? null : receiverClockNotice(`of ${path}`, ahead_ms);
    const { malformed } = this.#joiner.counts;
    return [
      ...(clock === null ? [] : [clock]),
      ...(malformed === 0
        ? []
        : [
            {
              about: 'rows',
              message: `${path}: ${malformed} lines are not BaseStation, such as ${JSON.stringify(shown(this.#joiner.example ?? ''))}. They are skipped, as when they came.`,
            },
          ]),
    ];
  }

  *#take(now_ms: number): Generator<PlayedSecond> {
    const vectors = this.#joiner.take(now_ms).map((vector) => ({ ...vector, feed: 'replay' as const }));
    if (vectors.length > 0) yield { time: this.#second + 1, vectors };
  }
}

/** Longer than any line with its time: what has no end sooner is not such a file. */
const MOST_CHARACTERS = 4 * MAX_LINE_BYTES;

/** Lines before the first that tells a time: a program that keeps them often begins within one. */
const MOST_TIMELESS = 100;

async function* linesOf(path: string): AsyncGenerator<ReceivedLine> {
  let received_ms = 0;
  const timeless: string[] = [];
  for await (const text of textsOf(path)) {
    const line = lineOf(text, received_ms);
    if (line === null) {
      timeless.push(text);
      if (timeless.length > MOST_TIMELESS) break;
      continue;
    }
    received_ms = line.received_ms;
    for (const earlier of timeless.splice(0)) yield { received_ms, text: earlier };
    yield line;
  }
  if (timeless.length > 0)
    throw new UnusableInputError(`its lines tell no time: ${shown(timeless[0] ?? '')}`);
}

async function* textsOf(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const bytes of fileBytes(path)) {
    const texts = `${rest}${Buffer.from(bytes).toString('latin1')}`.split('\n');
    rest = texts.pop() ?? '';
    if (rest.length > MOST_CHARACTERS) throw new UnusableInputError('it has a line without an end');
    for (const text of texts.map(withoutReturn)) if (text !== '') yield text;
  }
  if (withoutReturn(rest) !== '') yield withoutReturn(rest);
}

const withoutReturn = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text);

/**
 * A line as it was recorded, or one as another program has kept it: then the time at which it was generated stands for that of
 * receipt, and a line without one came with the one before it. Null: none came before.
 */
function lineOf(line: string, before_ms: number): ReceivedLine | null {
  const [, received = '', text = ''] = /^(\d{10,15}) (.*)$/s.exec(line) ?? [];
  if (received !== '') return { received_ms: Number(received), text };
  const received_ms = Math.max(before_ms, (BASESTATION.test(line) ? generatedMs(line) : null) ?? before_ms);
  return received_ms > 0 ? { received_ms, text: line } : null;
}

/** Source: BaseStation's socket output, message types. */
const BASESTATION = /^(MSG|MLAT|AIR|ID|STA|SEL|CLK),/;

function generatedMs(line: string): number | null {
  const message = readMessage(line);
  return typeof message === 'object' ? (message?.generated_ms ?? null) : null;
}
