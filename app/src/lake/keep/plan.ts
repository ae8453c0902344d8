import { countedMs } from './counted-time.ts';
import { GIVE_UP_ORDER, type Keep, keptMs } from '../keep.ts';
import type { Unit } from './units.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What lies this close to the newest row stays whatever the budget says: the pipeline reads it at its start. */
export const NEEDED_MS = 7 * HOUR_MS;
/**
 * Shares of the budget: what live files may have, and what compaction may fill. The rest is for files that are written or
 * wait for their deletion.
 */
export const LIVE_SHARE = 0.9;
export const WRITE_SHARE = 0.95;
/** The newest days, by which the present rate is estimated. */
const RATE_DAYS = 7;

/** A table as the plan sees it. */
export interface TableUnits {
  readonly name: string;
  readonly units: readonly Unit[];
}

/** What a plan follows from. */
export interface PlanFacts {
  readonly nowMs: number;
  readonly keep: Keep;
  readonly tables: readonly TableUnits[];
  /** Bytes of the lake that belong to no unit, without removed files that wait: logs, records, other tables. */
  readonly otherBytes: number;
  /** How much longer days stay while it is uncertain whether the clock has jumped. */
  readonly marginMs: number;
}

export interface Doomed {
  readonly table: string;
  readonly unit: Unit;
  /** Because its time is over, or because the budget does not reach. */
  readonly reason: 'age' | 'budget';
}

export interface Plan {
  /** What is to be deleted now, in this order. */
  readonly doomed: readonly Doomed[];
  /** By how many bytes live files exceed their share of the budget although all that may go is gone; 0: they do not. */
  readonly shortBytes: number;
  readonly tables: readonly TablePlan[];
  /** When live files reach their share at the present rate, if nothing is deleted; null without a budget or a rate. */
  readonly budgetReachedAtMs: number | null;
}

export interface TablePlan {
  readonly name: string;
  readonly bytesPerDay: number;
  /** What goes next, after {@link Plan.doomed}, and when, if data keep coming; null: nothing that can be foreseen. */
  readonly next: { readonly unit: Unit; readonly atMs: number; readonly reason: Doomed['reason'] } | null;
}

/**
 * What KEEP asks for now, and what it will ask for. Pure, and the same for the same facts. A unit goes by its age when
 * the data after it cover the promised time; by the budget the oldest go first, layer by layer.
 */
export function planOf({ nowMs, keep, tables, otherBytes, marginMs }: PlanFacts): Plan {
  const byAge = tables.flatMap(({ name, units }) =>
    unitsThatMayGo(units, nowMs)
      .filter((unit) => ageOf(units, unit, nowMs) >= keptMs(keep, name) + marginMs)
      .map((unit): Doomed => ({ table: name, unit, reason: 'age' })),
  );
  const gone = new Set(byAge.map(({ unit }) => unit));
  const limit = (keep.budgetBytes ?? Infinity) * LIVE_SHARE;
  let live = otherBytes + sumOf(tables.flatMap(({ units }) => units.filter((unit) => !gone.has(unit))));
  const order = giveUpOrder(tables, nowMs).filter(({ unit }) => !gone.has(unit));
  const byBudget: Doomed[] = [];
  let end: string | null = null;
  for (const doomed of order) {
    // The tables of a group give up a day together.
    if (live <= limit && groupKey(doomed) !== end) break;
    byBudget.push(doomed);
    live -= doomed.unit.bytes;
    end = groupKey(doomed);
  }
  const perDay = new Map(tables.map(({ name, units }) => [name, bytesPerDay(units, nowMs)]));
  const rate = [...perDay.values()].reduce((sum, bytes) => sum + bytes, 0);
  const budgetReachedAtMs =
    limit === Infinity || rate <= 0 ? null : nowMs + (Math.max(0, limit - live) / rate) * DAY_MS;
  const doomed = [...byAge, ...byBudget];
  const left = order.slice(byBudget.length);
  return {
    doomed,
    shortBytes: Math.max(0, Math.round(live - limit)),
    budgetReachedAtMs,
    tables: tables.map(({ name, units }) => {
      const rest = units.filter((unit) => !doomed.some((one) => one.unit === unit));
      return {
        name,
        bytesPerDay: perDay.get(name) ?? 0,
        next: nextOf({ name, units: rest, nowMs, keep, left, budgetReachedAtMs }),
      };
    }),
  };
}

/** The time that data cover after a unit. */
const ageOf = (units: readonly Unit[], unit: Unit, nowMs: number): number =>
  countedMs(units, unit.endMs, nowMs);

/** Units that may be deleted at all: not the newest, not what the pipeline needs, and nothing ahead of the clock. */
function unitsThatMayGo(units: readonly Unit[], nowMs: number): readonly Unit[] {
  const past = units.filter(({ fromMs }) => fromMs <= nowMs);
  const newestMs = past.reduce((max, { toMs }) => Math.max(max, Math.min(toMs, nowMs)), -Infinity);
  return past.slice(0, -1).filter(({ endMs }) => endMs <= nowMs && endMs <= newestMs - NEEDED_MS);
}

/** Everything that the budget may take, in its order. */
function giveUpOrder(tables: readonly TableUnits[], nowMs: number): readonly Doomed[] {
  return GIVE_UP_ORDER.flatMap((names) => {
    const group = tables.filter(({ name }) => names.includes(name));
    return group
      .flatMap(({ name, units }) =>
        unitsThatMayGo(units, nowMs).map((unit): Doomed => ({ table: name, unit, reason: 'budget' })),
      )
      .toSorted((a, b) => a.unit.endMs - b.unit.endMs);
  });
}

/** What goes together: the same day of the tables of a group. */
const groupKey = ({ table, unit }: Doomed): string =>
  `${GIVE_UP_ORDER.findIndex((names) => names.includes(table))} ${unit.label}`;

/** Bytes of a day, by the newest days that are over, or by what there is of the first day. */
export function bytesPerDay(units: readonly Unit[], nowMs: number): number {
  const past = units.filter(({ fromMs }) => fromMs <= nowMs && fromMs > nowMs - RATE_DAYS * DAY_MS);
  const [first] = past;
  if (first === undefined) return 0;
  const fromMs = past.reduce((min, unit) => Math.min(min, unit.fromMs), first.fromMs);
  const coveredMs = countedMs(past, fromMs, nowMs);
  return coveredMs < HOUR_MS ? 0 : Math.round((sumOf(past) / coveredMs) * DAY_MS);
}

function nextOf(facts: {
  readonly name: string;
  readonly units: readonly Unit[];
  readonly nowMs: number;
  readonly keep: Keep;
  readonly left: readonly Doomed[];
  readonly budgetReachedAtMs: number | null;
}): TablePlan['next'] {
  const { name, units, nowMs, keep, left, budgetReachedAtMs } = facts;
  const [oldest] = units;
  if (oldest === undefined) return null;
  const timeLeftMs = keptMs(keep, name) - ageOf(units, oldest, nowMs);
  const byAge =
    timeLeftMs === Infinity || oldest.fromMs > nowMs
      ? null
      : {
          unit: oldest,
          atMs: Math.max(Math.max(nowMs, oldest.endMs) + Math.max(0, timeLeftMs), oldest.endMs + NEEDED_MS),
          reason: 'age' as const,
        };
  const first = left[0];
  const byBudget =
    budgetReachedAtMs === null || first?.table !== name
      ? null
      : { unit: first.unit, atMs: budgetReachedAtMs, reason: 'budget' as const };
  if (byAge === null || byBudget === null) return byAge ?? byBudget;
  return byAge.atMs <= byBudget.atMs ? byAge : byBudget;
}

const sumOf = (units: readonly Unit[]): number => units.reduce((sum, { bytes }) => sum + bytes, 0);
