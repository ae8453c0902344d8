import { parseSourceWord, type SourceWord } from '../../flight/source-word.ts';
import type { Stoppable, Topic } from '../topic.ts';

/** What sources say of themselves lies in a topic of its own, of one partition: `NAME.sources`. */
export const WORDS_SUFFIX = '.sources';

/** Words of the past that a reader which has just started looks through: sources speak with each poll. */
const LOOKED_BACK = 500n;

/** Keeps the newest word of each source in a topic beside the one of the messages. */
export class KafkaWords {
  readonly #open: () => Topic;
  #topic: Topic | null = null;
  readonly #words = new Map<string, SourceWord>();
  /** The offset to read on from; null before the first look. */
  #next: bigint | null = null;

  /** @param open opens the topic of the words, which is made by its first append */
  constructor(open: () => Topic) {
    this.#open = open;
  }

  say(word: SourceWord, options: Stoppable): Promise<void> {
    const message = { key: word.source, value: JSON.stringify(word), timestamp_ms: word.at_ms };
    return this.#opened().append([message], options);
  }

  async words(options: Stoppable): Promise<readonly SourceWord[]> {
    const [range] = await this.#opened().offsets(options);
    if (range === undefined) return [];
    const oldest = range.end - LOOKED_BACK > range.start ? range.end - LOOKED_BACK : range.start;
    const start = this.#next === null || this.#next < oldest ? oldest : this.#next;
    if (start < range.end) {
      for await (const { values } of this.#opened().read([{ ...range, start }], options)) {
        for (const value of values) {
          const word = typeof value === 'string' ? parseSourceWord(value) : null;
          if (word !== null) this.#words.set(word.source, word);
        }
      }
    }
    this.#next = range.end;
    return [...this.#words.values()].toSorted((a, b) => (a.source < b.source ? -1 : 1));
  }

  async close(): Promise<void> {
    await this.#topic?.[Symbol.asyncDispose]();
  }

  #opened(): Topic {
    return (this.#topic ??= this.#open());
  }
}
