import type { Engine } from '../../engine/engine.ts';
import { LONGEST_SILENCE_MS } from '../../lake/keep/counted-time.ts';
import { type Plan, planOf, WRITE_SHARE, LIVE_SHARE } from '../../lake/keep/plan.ts';
import { keepReport, type KeepReport } from '../../lake/keep/report.ts';
import {
  type LakeSize,
  liveBytes,
  otherBytes,
  sizeOf,
  type SurveyedTable,
  surveyTables,
} from '../../lake/keep/survey.ts';
import type { Lake } from '../../lake/lake.ts';
import { type Deleted, deleteUnits } from './delete-units.ts';
import { SteadyClock } from './steady-clock.ts';

const MINUTE_MS = 60_000;
/** Time between two looks, and between two listings of the lake: on S3 a listing costs money. */
const LOOK_MS = 5 * MINUTE_MS;
const STORE_LISTING_MS = 10 * MINUTE_MS;
/** Without a budget a listing only tells how large the lake is. */
const FREE_LISTING_MS = 60 * MINUTE_MS;

/** A step of a deletion, for tests that stop the process there. */
export type KeepPoint = `deleting ${string}` | `deleted ${string}`;

/** What a {@link Keeper} works with. */
export interface KeeperParts {
  readonly lake: Lake;
  readonly engine: Engine;
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly onPoint?: ((point: KeepPoint) => void) | undefined;
  /** Called after each look. */
  readonly onKept?: ((report: KeepReport, deleted: readonly Deleted[]) => void) | undefined;
}

/** A look at a lake, and what KEEP asks for. */
interface Look {
  readonly tables: readonly SurveyedTable[];
  readonly plan: Plan;
  readonly bytes: number;
}

/**
 * Keeps a lake as long and as large as KEEP says: looks every few minutes, deletes whole days, and says how much
 * compaction may write. The rules, and why: docs/decisions/0028-keep.md.
 */
export class Keeper {
  readonly #parts: KeeperParts;
  readonly #steady: SteadyClock;
  #lookedAtMs: number | null = null;
  #listed: { readonly size: LakeSize; readonly atMs: number; readonly live: number } | null = null;
  /** Bytes that compaction has written since the listing. */
  #written = 0;
  /** The whole lake at the last look. */
  #bytes = 0;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
    this.#steady = new SteadyClock(parts.clock, parts.monotonic);
  }

  /** Whether the wall clock has jumped a moment ago, so that ages mean nothing. */
  get hasJumped(): boolean {
    return this.#steady.look() === 'jumped';
  }

  /** Whether the lake needs the bytes of removed files as soon as readers can spare them. */
  get isTight(): boolean {
    return this.#bytes + this.#written > this.#budget * LIVE_SHARE;
  }

  /** How many bytes compaction may write now. */
  get room(): number {
    return Math.max(0, this.#budget * WRITE_SHARE - this.#bytes - this.#written);
  }

  /** Says that compaction wrote something. */
  wrote(bytes: number): void {
    this.#written += bytes;
  }

  get #budget(): number {
    return this.#parts.lake.keep.budgetBytes ?? Infinity;
  }

  /**
   * Looks at the lake unless it did so a moment ago, and deletes what KEEP asks for.
   * @param options `isForced`: looks in any case; `isAsked`: a person has seen the plan, so days get no margin
   */
  async run({
    isForced = false,
    isAsked = false,
  }: { readonly isForced?: boolean; readonly isAsked?: boolean } = {}): Promise<void> {
    const { lake, clock, monotonic, onKept } = this.#parts;
    const state = this.#steady.look();
    const nowMs = monotonic();
    if (!isForced && this.#lookedAtMs !== null && nowMs - this.#lookedAtMs < LOOK_MS) return;
    const marginMs = { steady: 0, new: isAsked ? 0 : LONGEST_SILENCE_MS, jumped: Infinity }[state];
    const found = await this.#look(marginMs);
    if (found === null) return;
    const deleted = await this.#delete(found);
    const { tables, plan, bytes } = deleted.length === 0 ? found : ((await this.#look(marginMs)) ?? found);
    const report = keepReport({ nowMs: clock(), keep: lake.keep, bytes, tables, plan });
    this.#lookedAtMs = nowMs;
    onKept?.(report, deleted);
  }

  /** Null while there is no table. */
  async #look(marginMs: number): Promise<Look | null> {
    const { lake, clock } = this.#parts;
    const tables = await surveyTables(lake);
    if (tables.length === 0) return null;
    const { size, live } = await this.#size(tables);
    this.#bytes = Math.max(0, size.bytes + liveBytes(tables) - live);
    const plan = planOf({
      nowMs: clock(),
      keep: lake.keep,
      tables,
      otherBytes: otherBytes(size, tables),
      marginMs,
    });
    return { tables, plan, bytes: this.#bytes + this.#written };
  }

  async #size(tables: readonly SurveyedTable[]): Promise<{ readonly size: LakeSize; readonly live: number }> {
    const { lake, monotonic } = this.#parts;
    const { store } = lake;
    const nowMs = monotonic();
    const isFar = store.url.startsWith('s3:');
    const pauseMs = this.#budget === Infinity ? FREE_LISTING_MS : isFar ? STORE_LISTING_MS : LOOK_MS;
    if (this.#listed === null || nowMs - this.#listed.atMs >= pauseMs) {
      this.#listed = { size: await sizeOf(store), atMs: nowMs, live: liveBytes(tables) };
      this.#written = 0;
    }
    return this.#listed;
  }

  async #delete({ plan, tables }: Look): Promise<readonly Deleted[]> {
    const { lake, engine, onPoint } = this.#parts;
    const deleted: Deleted[] = [];
    for (const [name, doomed] of Map.groupBy(plan.doomed, ({ table }) => table)) {
      const found = tables.find((table) => table.name === name);
      if (found === undefined) continue;
      const units = doomed.map(({ unit }) => unit);
      deleted.push(...(await deleteUnits(lake, engine, found.definition, units, onPoint)));
    }
    // The files are still there.
    this.#written += deleted.reduce((sum, { bytes }) => sum + bytes, 0);
    return deleted;
  }
}
