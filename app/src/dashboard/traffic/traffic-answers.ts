import type { AnswerCache } from '../answer-cache.ts';
import type { AnswerSources } from '../answers.ts';
import type { Body } from '../compressed.ts';
import type { TrafficAnswer } from '../protocol.ts';
import { Increments } from './increments.ts';
import { type Span, nameOfSpan } from './span.ts';
import { trafficAnswer } from './traffic-answer.ts';

/** So many questions are remembered with their last answer, of up to some megabytes. */
const MOST_QUESTIONS = 8;

interface Question {
  /** Of the version that `answer` is from; null: there is none yet, or it failed. */
  tag: string | null;
  answer: Promise<TrafficAnswer> | null;
  readonly increments: Increments;
}

/** The answers of `/api/traffic`: each question is computed once per version of the table, and what a page has is not sent again. */
export class TrafficAnswers {
  readonly #sources: AnswerSources;
  readonly #cache: AnswerCache;
  readonly #questions = new Map<string, Question>();

  constructor(sources: AnswerSources, cache: AnswerCache) {
    this.#sources = sources;
    this.#cache = cache;
  }

  /** What is new in a span to a page that has the answer of the token `since`. `tag` is that of the table's version now. */
  async body(span: Span, since: string | null, tag: string): Promise<Body> {
    const name = nameOfSpan(span);
    const question = this.#question(name);
    const { increments } = question;
    const answer =
      question.answer !== null && question.tag === tag ? question.answer : this.#next(question, span);
    question.tag = tag;
    return this.#cache.get(`traffic ${name} ${since ?? ''}`, tag, async () =>
      increments.part(await answer, since),
    );
  }

  /** One answer after the other: each is compared with the one before. */
  #next(question: Question, span: Span): Promise<TrafficAnswer> {
    const before = question.answer;
    const compute = async (): Promise<TrafficAnswer> => {
      // Those who wait for it hear of its failure.
      await before?.catch(() => null);
      const made = await trafficAnswer(this.#sources, span);
      question.increments.take(made);
      return made;
    };
    const answer = compute();
    question.answer = answer;
    answer.catch(() => {
      if (question.answer === answer) question.tag = null;
    });
    return answer;
  }

  #question(name: string): Question {
    const question = this.#questions.get(name) ?? { tag: null, answer: null, increments: new Increments() };
    this.#questions.delete(name);
    this.#questions.set(name, question);
    for (const oldest of this.#questions.keys()) {
      if (this.#questions.size <= MOST_QUESTIONS) break;
      this.#questions.delete(oldest);
    }
    return question;
  }
}
