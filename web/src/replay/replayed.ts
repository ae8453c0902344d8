import { copyRows, MAX_SLOTS } from 'contrail/wire/columns';
import { distance_m } from 'contrail/wire/great-circle';
import { BESIDE_S, REPORTED, type ReplayChunk } from 'contrail/wire/replay-chunk';
import { UNITS_PER, VALID } from 'contrail/wire/units';
import type { Legs, Picture } from '../live/picture.ts';
import { isJump, LEAST_S } from '../map/dead-reckoning.ts';
import { worldX, worldY } from '../map/projection.ts';
import { indexOf, type ChunkIndex } from './chunk-index.ts';
import { along, legBetween, type Leg } from './great-circle.ts';
import { Names } from './names.ts';

/** An aircraft that is heard of no more leaves the picture after this, as it left the live one. Seconds. */
export const LOST_S = 300;

/**
 * Writes the picture of any instant of a chunk, and knows where each aircraft goes from there: to its next report, if it
 * can have flown there. While it writes, nobody else does.
 */
export class Replayed implements Legs {
  rate = 0;
  readonly #picture: Picture;
  readonly #countries = new Names();
  readonly #feeds = new Names();
  #chunk: ReplayChunk | null = null;
  #index: ChunkIndex = indexOf(null);
  /** By aircraft of the chunk: its report at the last instant that was asked for; its slot, -1: not in the picture. */
  #report = new Int32Array(0);
  #slot = new Int32Array(0);
  /** By slot: its aircraft in the chunk, the report that the picture has, and the leg that was computed last, of which report. */
  readonly #aircraft = new Int32Array(MAX_SLOTS);
  readonly #written = new Int32Array(MAX_SLOTS);
  readonly #legs: (Leg | null)[] = [];
  readonly #legOf = new Int32Array(MAX_SLOTS);
  readonly #slots = new Map<number, number>();
  #free: number[] = [];

  constructor(picture: Picture) {
    this.#picture = picture;
  }

  /** Takes the picture over: it is empty until {@link show}. */
  begin(): void {
    this.#picture.take(this);
    this.#slots.clear();
    this.#free = [];
    this.#chunk = null;
  }

  /** Shows an instant of a chunk, epoch seconds. Answers whether aircraft came or went. */
  show(chunk: ReplayChunk, at: number): boolean {
    const picture = this.#picture;
    const isNew = chunk !== this.#chunk;
    const before = picture.count;
    if (isNew) this.#open(chunk);
    picture.applied += 1;
    picture.eventTime = at;
    picture.countries = this.#countries.list;
    picture.feeds = this.#feeds.list;
    const rows: number[] = [];
    const slots: number[] = [];
    let newcomers = 0;
    for (let one = 0; one < this.#index.count; one++) {
      const report = this.#reportAt(one, at);
      let slot = this.#slot[one] ?? -1;
      if (!this.#isThere(one, report, at)) {
        if (slot >= 0) this.#leave(one, slot);
        continue;
      }
      if (slot < 0) {
        slot = this.#come(one);
        if (slot < 0) continue;
        newcomers += 1;
      } else if (this.#written[slot] === report) continue;
      this.#written[slot] = report;
      slots.push(slot);
      rows.push(report);
    }
    this.#write(chunk, rows, slots);
    return newcomers > 0 || picture.count !== before;
  }

  locate(slot: number, now: number, spot: Parameters<Legs['locate']>[2]): boolean {
    const chunk = this.#chunk;
    if (chunk === null || this.#picture.used[slot] !== 1) return false;
    const report = this.#reportAt(this.#aircraft[slot] ?? 0, now);
    if (report < 0) return false;
    if (this.#legOf[slot] !== report) {
      this.#legOf[slot] = report;
      this.#legs[slot] = this.#legFrom(this.#aircraft[slot] ?? 0, report);
    }
    const leg = this.#legs[slot];
    const { time } = chunk.reportColumns;
    const [from, to] = [time[report] ?? 0, time[report + 1] ?? 0];
    const since = now - chunk.from - from;
    if (leg === null || leg === undefined) {
      if (report === this.#written[slot]) return false;
      // It was heard since the picture was written: there it is.
      const { longitude, latitude } = this.#placeOf(report);
      spot.x = worldX(longitude);
      spot.y = worldY(latitude);
      spot.age_s = since;
      spot.speed = 0;
      spot.isEstimated = false;
      return true;
    }
    along(leg, Math.min(1, Math.max(0, since / (to - from))), spot);
    spot.age_s = 0;
    spot.speed = (Math.hypot(leg.toX - leg.fromX, leg.toY - leg.fromY) / (to - from)) * this.rate;
    spot.isEstimated = Math.min(since, to - from - since) > LEAST_S;
    return true;
  }

  /** Another chunk: those of its aircraft that are in the picture keep their slots, the others leave. */
  #open(chunk: ReplayChunk): void {
    this.#chunk = chunk;
    this.#index = indexOf(chunk);
    const { count, first } = this.#index;
    this.#report = first.slice(0, count).map((report) => report - 1);
    this.#slot = new Int32Array(count).fill(-1);
    this.#countries.open(chunk.countries);
    this.#feeds.open(chunk.feeds);
    const known = new Map(this.#slots);
    for (let one = 0; one < count; one++) {
      const slot = known.get(this.#addressOf(one));
      if (slot === undefined) continue;
      known.delete(this.#addressOf(one));
      this.#slot[one] = slot;
      this.#aircraft[slot] = one;
      this.#written[slot] = -1;
      this.#legOf[slot] = -1;
    }
    for (const [address, slot] of known) this.#drop(address, slot);
  }

  /** The last report of an aircraft that is not later than an instant; one before its first where there is none. */
  #reportAt(one: number, at: number): number {
    const chunk = this.#chunk;
    const first = this.#index.first[one] ?? 0;
    const end = this.#index.first[one + 1] ?? 0;
    const { time } = chunk?.reportColumns ?? { time: new Int16Array(0) };
    const since = at - (chunk?.from ?? 0);
    let report = this.#report[one] ?? first - 1;
    while (report + 1 < end && (time[report + 1] ?? 0) <= since) report += 1;
    while (report >= first && (time[report] ?? 0) > since) report -= 1;
    this.#report[one] = report;
    return report < first ? -1 : report;
  }

  #isThere(one: number, report: number, at: number): boolean {
    const chunk = this.#chunk;
    if (report < 0 || chunk === null) return false;
    const age = at - chunk.from - (chunk.reportColumns.time[report] ?? 0);
    return age <= LOST_S || this.#isBridged(one, report);
  }

  /** Whether an aircraft can have flown from a report to its next. */
  #isBridged(one: number, report: number): boolean {
    if (this.#chunk === null || report + 1 >= (this.#index.first[one + 1] ?? 0)) return false;
    const { time, velocity, validity } = this.#chunk.reportColumns;
    const elapsed_s = (time[report + 1] ?? 0) - (time[report] ?? 0);
    if (elapsed_s > BESIDE_S) return false;
    const speeds = [report, report + 1].map((i) =>
      ((validity[i] ?? 0) & VALID.velocity) === 0 ? 0 : (velocity[i] ?? 0) / UNITS_PER.velocity,
    );
    return !isJump(
      distance_m(this.#placeOf(report), this.#placeOf(report + 1)),
      0,
      elapsed_s,
      Math.max(...speeds),
    );
  }

  #legFrom(one: number, report: number): Leg | null {
    return this.#isBridged(one, report) ? legBetween(this.#placeOf(report), this.#placeOf(report + 1)) : null;
  }

  #placeOf(report: number): { longitude: number; latitude: number } {
    const { longitude, latitude } = this.#chunk?.reportColumns ?? { longitude: [], latitude: [] };
    return {
      longitude: (longitude[report] ?? 0) / UNITS_PER.degree,
      latitude: (latitude[report] ?? 0) / UNITS_PER.degree,
    };
  }

  #addressOf(one: number): number {
    return this.#chunk?.spanColumns.icao24[this.#index.span[this.#index.first[one] ?? 0] ?? 0] ?? 0;
  }

  #come(one: number): number {
    const picture = this.#picture;
    const slot = this.#free.pop() ?? picture.slots;
    if (slot >= MAX_SLOTS) return -1;
    picture.slots = Math.max(picture.slots, slot + 1);
    picture.used[slot] = 1;
    picture.count += 1;
    this.#slots.set(this.#addressOf(one), slot);
    this.#slot[one] = slot;
    this.#aircraft[slot] = one;
    this.#legOf[slot] = -1;
    return slot;
  }

  #leave(one: number, slot: number): void {
    this.#slot[one] = -1;
    this.#drop(this.#addressOf(one), slot);
  }

  #drop(address: number, slot: number): void {
    this.#slots.delete(address);
    this.#free.push(slot);
    this.#picture.used[slot] = 0;
    this.#picture.count -= 1;
  }

  /** Writes a report each into the slots of their aircraft. */
  #write(chunk: ReplayChunk, rows: readonly number[], slots: readonly number[]): void {
    const { columns, timePosition, changedBy, applied } = this.#picture;
    const { reportColumns: reports } = chunk;
    const spans = rows.map((report) => this.#index.span[report] ?? 0);
    copyRows(slots.length, chunk.spanColumns, spans, columns, slots);
    for (const name of REPORTED) {
      const [from, to] = [reports[name], columns[name]];
      for (let i = 0; i < slots.length; i++) to[slots[i] ?? 0] = from[rows[i] ?? 0] ?? 0;
    }
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] ?? 0;
      timePosition[slot] = chunk.from + (reports.time[rows[i] ?? 0] ?? 0);
      changedBy[slot] = applied;
      columns.country[slot] = this.#countries.numberOf(columns.country[slot] ?? 0);
      columns.feed[slot] = this.#feeds.numberOf(columns.feed[slot] ?? 0);
    }
  }
}
