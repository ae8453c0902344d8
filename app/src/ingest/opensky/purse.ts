import { type CreditRecord, readCredits, writeCredits } from './credit-file.ts';
import { type Bucket, type Credits, creditsAfter, creditsAtStart, refilled } from './credits.ts';
import { type CreditMode, nextPollMs } from './governor.ts';

/** Whose credits, and how they are spent. */
export interface PurseOptions {
  /** `anonymous`, or the client id. */
  readonly account: string;
  /** What the account has as long as nothing else is known. */
  readonly bucket: Bucket;
  readonly mode: CreditMode;
  /** Of one poll. */
  readonly cost: number;
  readonly gridMs: number;
  /** The file that tells a restart which credits were spent; null: none. */
  readonly file: string | null;
}

/** Servers answer within seconds, and clocks differ by some: only more than that is a difference. */
const NOTABLE_MS = 2_000;
/** A server's word counts for a day at most. */
const LONGEST_LIMIT_MS = 25 * 3_600_000;

/** The credits of an account: what is left, when the next poll may be, and what a restart must know of it. */
export class Purse {
  readonly #options: PurseOptions;
  readonly #clock: () => number;
  #credits: Credits;
  #polledAtMs: number | null = null;
  /** The same, before the request that is under way. */
  #before: number | null = null;
  #limitedUntilMs: number | null = null;
  /** By which the server's clock is ahead of ours; refills are by the server's. */
  #aheadMs = 0;
  #isOpen = false;
  /** What was wrong with the file, for a person; said once. */
  problem: string | null = null;

  constructor(options: PurseOptions, clock: () => number) {
    this.#options = options;
    this.#clock = clock;
    this.#credits = creditsAtStart(options.bucket, clock());
  }

  /** Reads what the last run left. */
  async open(): Promise<void> {
    if (this.#isOpen) return;
    this.#isOpen = true;
    const { file, account } = this.#options;
    if (file === null) return;
    const { record, problem } = await readCredits(file);
    if (problem !== null) {
      this.problem = `The credits that were spent before the start are unknown: ${problem}. The file ${file} is ignored and written again.`;
    }
    // It is of another account, or from the future by this clock, so it says nothing about now.
    if (record === null || record.account !== account) return;
    const nowMs = this.#clock();
    this.#credits = record.credits;
    this.#polledAtMs = record.polled_at_ms;
    const isSane = record.limited_until_ms !== null && record.limited_until_ms <= nowMs + LONGEST_LIMIT_MS;
    this.#limitedUntilMs = isSane ? record.limited_until_ms : null;
  }

  get credits(): Credits {
    return refilled(this.#credits, this.#serverMs());
  }

  /** When the last poll began, of the last run too. */
  get polledAtMs(): number | null {
    return this.#polledAtMs;
  }

  /** Until when the server wants no request; null: it does not say, or it has passed. */
  get limitedUntilMs(): number | null {
    return this.#limitedUntilMs !== null && this.#limitedUntilMs > this.#clock()
      ? this.#limitedUntilMs
      : null;
  }

  /** When the next poll is to begin, by our clock, epoch ms. */
  nextPollMs(watchedSinceMs: number | null): number {
    const { mode, cost, gridMs } = this.#options;
    // What is left then, only an answer says.
    if (this.#limitedUntilMs !== null) return this.#limitedUntilMs;
    const toServer = (ms: number | null): number | null => (ms === null ? null : ms + this.#aheadMs);
    const atMs = nextPollMs({
      mode,
      cost,
      gridMs,
      credits: this.#credits,
      lastMs: toServer(this.#polledAtMs),
      nowMs: this.#serverMs(),
      watchedSinceMs: toServer(watchedSinceMs),
    });
    return atMs - this.#aheadMs;
  }

  /** Before a request, so that a crash in the middle of it counts as spent. */
  async asking(
    cost: number,
    { isPoll, makesFolder }: { isPoll: boolean; makesFolder: boolean },
  ): Promise<void> {
    this.#before = this.#polledAtMs;
    if (isPoll) this.#polledAtMs = this.#clock();
    await this.#save({ ...this.credits, left: Math.max(0, this.credits.left - cost) }, makesFolder);
  }

  /** After an answer. @param remaining what the server says is left; null: it does not */
  async answered(cost: number, remaining: number | null): Promise<void> {
    this.#credits = creditsAfter(this.#credits, cost, remaining, this.#serverMs());
    this.#limitedUntilMs = null;
    await this.#save(this.credits, true);
  }

  /** After a failure: the poll did not take place. @param cost what the server has most likely charged for it */
  async failed(cost: number): Promise<void> {
    this.#credits = creditsAfter(this.#credits, cost, null, this.#serverMs());
    this.#polledAtMs = this.#before;
    await this.#save(this.credits, false);
  }

  /** After a refusal that says, or means, that nothing is left. */
  async limited(untilMs: number): Promise<void> {
    this.#credits = { ...this.credits, left: 0 };
    this.#limitedUntilMs = untilMs;
    await this.#save(this.credits, true);
  }

  /** What an answer says of the server's clock. */
  setServerClock(sentMs: number | null, receivedMs: number): void {
    const aheadMs = sentMs === null ? 0 : sentMs - receivedMs;
    this.#aheadMs = Math.abs(aheadMs) > NOTABLE_MS ? aheadMs : 0;
  }

  #serverMs(): number {
    return this.#clock() + this.#aheadMs;
  }

  async #save(credits: Credits, makesFolder: boolean): Promise<void> {
    const { file, account } = this.#options;
    if (file === null) return;
    const record: CreditRecord = {
      account,
      credits,
      polled_at_ms: this.#polledAtMs,
      limited_until_ms: this.#limitedUntilMs,
    };
    const problem = await writeCredits(file, record, makesFolder);
    if (problem !== null) {
      this.problem = `A restart will not know which credits were spent: ${problem}. The file is ${file}.`;
    }
  }
}
