import type { StateVector } from '../../flight/state-vector.ts';
import { PackedMessages } from '../../topic/packed-messages.ts';
import type { Answer, Peculiarity } from './answer.ts';
import type { Cover } from './cover.ts';

/** The answers to the requests of one poll, put together: each aircraft once, and only those of the area. */
export class Round {
  readonly #holds: Cover['holds'];
  readonly #seen: Set<string> | null;
  readonly #messages = new PackedMessages();
  readonly #peculiar: Partial<Record<Peculiarity, number>> = {};
  #vectors = 0;
  #others = 0;
  #time = 0;
  #odd: { rows: number; example: string } | null = null;
  /** Of the answer that is being read. */
  #outside = 0;
  readonly #new = new Set<string>();
  /** Vectors that the requests gave beside the area. */
  outside = 0;

  constructor({ holds, requests }: Cover) {
    this.#holds = holds;
    // Boxes share an edge, and aircraft go from one to the other.
    this.#seen = requests.length > 1 ? new Set() : null;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /**
   * Which vectors of the next answer are wanted. What it lets pass counts only once that answer is added: it may be torn, and
   * asked for again.
   */
  begin(): (vector: StateVector) => boolean {
    this.#outside = 0;
    this.#new.clear();
    return (vector) => {
      if (this.#holds !== null && !this.#holds(vector.latitude, vector.longitude)) {
        this.#outside += 1;
        return false;
      }
      return this.#isNew(vector);
    };
  }

  /** Adds the answer that was read since {@link begin}. */
  add(answer: Answer): void {
    this.#time = Math.max(this.#time, answer.time);
    this.outside += this.#outside;
    for (const key of this.#new) this.#seen?.add(key);
    this.begin();
    this.#messages.takeAll(answer.messages);
    this.#vectors += answer.vectors;
    this.#others += answer.others;
    if (answer.odd !== null) {
      const { rows, example } = this.#odd ?? { rows: 0, example: answer.odd.example };
      this.#odd = { rows: rows + answer.odd.rows, example };
    }
    for (const [name, rows] of Object.entries(answer.peculiar) as [Peculiarity, number][]) {
      this.#peculiar[name] = (this.#peculiar[name] ?? 0) + rows;
    }
  }

  get answer(): Answer {
    return {
      time: this.#time,
      messages: this.#messages,
      vectors: this.#vectors,
      others: this.#others,
      odd: this.#odd,
      peculiar: this.#peculiar as Answer['peculiar'],
    };
  }

  #isNew({ icao24, time_position, last_contact }: StateVector): boolean {
    if (this.#seen === null) return true;
    const key = `${icao24} ${time_position} ${last_contact}`;
    if (this.#seen.has(key) || this.#new.has(key)) return false;
    this.#new.add(key);
    return true;
  }
}
