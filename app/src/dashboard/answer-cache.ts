import { Body } from './compressed.ts';

/** The most answers that are kept; each is for one question at one version of a table. */
export const MAX_ANSWERS = 64;

/**
 * Keeps answers by question and tag, so that all pages that ask the same at one commit cost one query, and one compression. A failed answer
 * is not kept. The answer that was not asked for the longest is dropped first.
 */
export class AnswerCache {
  readonly #answers = new Map<string, Promise<Body>>();

  /** The kept answer, or the one that `compute` gives now. */
  async get(question: string, tag: string, compute: () => Promise<object>): Promise<Body> {
    const key = `${question} ${tag}`;
    const answer = this.#answers.get(key) ?? compute().then((value) => new Body(JSON.stringify(value)));
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= MAX_ANSWERS) break;
      this.#answers.delete(oldest);
    }
    try {
      return await answer;
    } catch (error) {
      this.#answers.delete(key);
      throw error;
    }
  }
}
