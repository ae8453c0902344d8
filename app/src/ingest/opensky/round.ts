import type { StateVector } from '../../flight/state-vector.ts';
import type { Answer, Peculiarity } from './answer.ts';
import type { Cover } from './cover.ts';

/** The answers to the requests of one poll, put together: each aircraft once, and only those of the area. */
export class Round {
  readonly #holds: Cover['holds'];
  readonly #seen: Set<string> | null;
  readonly #vectors: StateVector[] = [];
  readonly #others: string[] = [];
  readonly #peculiar: Partial<Record<Peculiarity, number>> = {};
  #time = 0;
  #odd: { rows: number; example: string } | null = null;
  /** Vectors that the requests gave beside the area. */
  outside = 0;

  constructor({ holds, requests }: Cover) {
    this.#holds = holds;
    // Boxes share an edge, and aircraft go from one to the other.
    this.#seen = requests.length > 1 ? new Set() : null;
  }

  get isEmpty(): boolean {
    return this.#vectors.length === 0 && this.#others.length === 0;
  }

  add(answer: Answer): void {
    this.#time = Math.max(this.#time, answer.time);
    for (const vector of answer.vectors) {
      if (this.#holds !== null && !this.#holds(vector.latitude, vector.longitude)) this.outside += 1;
      else if (this.#isNew(vector)) this.#vectors.push(vector);
    }
    for (const text of answer.others) this.#others.push(text);
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
      vectors: this.#vectors,
      others: this.#others,
      odd: this.#odd,
      peculiar: this.#peculiar as Answer['peculiar'],
    };
  }

  #isNew({ icao24, time_position, last_contact }: StateVector): boolean {
    if (this.#seen === null) return true;
    const key = `${icao24} ${time_position} ${last_contact}`;
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }
}
