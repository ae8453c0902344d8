import type { ReplayDaysAnswer, VolumeAnswer } from 'contrail/dashboard/protocol';
import { day, hourMinute } from '../text/time.ts';

/** A stretch of event time, epoch seconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const HOUR_S = 3600;
const DAY_S = 86_400;
/** How much the bar shows while no day is chosen, seconds. */
const RECENT_S = 6 * HOUR_S;
/** The least that it shows, seconds. */
const LEAST_S = 900;
/** Gold's windows. */
const WINDOW_S = 300;

/**
 * What the bar shows: a day (`2026-11-30`), or the last hours up to the newest moment, and of a lake that holds less, that.
 * `oldest` and `newest` are of the lake, epoch seconds.
 */
export function spanOf(chosen: string | null, newest: number, oldest: number | null): Span {
  const end = Math.ceil(newest / WINDOW_S) * WINDOW_S;
  const from = chosen === null ? Number.NaN : Date.parse(`${chosen}T00:00:00Z`) / 1000;
  if (Number.isFinite(from)) return { from, to: Math.max(from + LEAST_S, Math.min(from + DAY_S, end)) };
  const begin = oldest === null ? 0 : Math.floor(oldest / WINDOW_S) * WINDOW_S;
  return { from: Math.min(end - LEAST_S, Math.max(end - RECENT_S, begin)), to: end };
}

/** The day that the bar must change to, so that it shows an instant; null: it shows it already. */
export function dayToShow(at: number, { from, to }: Span): string | null {
  return at >= from && at <= to ? null : day(at);
}

/** Where an instant is on the bar, 0..1. */
export function shareOf(at: number, { from, to }: Span): number {
  return Math.min(1, Math.max(0, (at - from) / (to - from)));
}

/** The oldest moment of a lake by its days, epoch seconds; null: nobody knows. */
export function oldestOf(answer: ReplayDaysAnswer | null): number | null {
  return answer?.days.find(({ first }) => first !== null)?.first ?? null;
}

/** The last moment of a lake by its days, epoch seconds; null: nobody knows. */
export function lastOf(answer: ReplayDaysAnswer | null): number | null {
  const all = (answer?.days ?? []).flatMap(({ last }) => last ?? []);
  return all.length === 0 ? null : Math.max(...all);
}

/** The outline of the traffic in a box of 1000 × 100, upwards from its bottom; '' where nothing was counted. */
export function shapeOf(answer: VolumeAnswer | null, { from, to }: Span): string {
  const windows = (answer?.rows ?? []).flatMap(([start, aircraft]) =>
    typeof start === 'number' && typeof aircraft === 'number' && start < to && start + WINDOW_S > from
      ? [{ start, aircraft }]
      : [],
  );
  const most = Math.max(0, ...windows.map(({ aircraft }) => aircraft));
  if (most === 0) return '';
  const x = (at: number): number => Math.round(shareOf(at, { from, to }) * 10_000) / 10;
  return windows
    .map(({ start, aircraft }) => {
      const top = Math.round(100 - (aircraft / most) * 92);
      return `M${x(start)} 100V${top}H${x(start + WINDOW_S)}V100`;
    })
    .join('');
}

/** Where a recording is played from: its first window that has a twentieth of the traffic of the fullest one. */
export function startOf(answer: VolumeAnswer | null, { from, to }: Span): number {
  const windows = (answer?.rows ?? []).map(([start, aircraft]) => [Number(start), Number(aircraft)] as const);
  const inside = windows.filter(([start]) => start + WINDOW_S > from && start < to);
  const most = Math.max(0, ...inside.map(([, aircraft]) => aircraft));
  return Math.max(from, inside.find(([, aircraft]) => aircraft >= most / 20)?.[0] ?? from);
}

/** The times that are written below the bar: whole hours, about five of them. */
export function ticksOf(span: Span): readonly { readonly share: number; readonly label: string }[] {
  const length = span.to - span.from;
  const step =
    [300, 900, 1800, HOUR_S, 3 * HOUR_S, 6 * HOUR_S].find((one) => length / one <= 8) ?? 6 * HOUR_S;
  const first = Math.ceil(span.from / step) * step;
  return Array.from({ length: Math.floor((span.to - first) / step) + 1 }, (_, i) => first + i * step)
    .map((at) => ({ share: shareOf(at, span), label: hourMinute(at) }))
    .filter(({ share }) => share > 0.02 && share < 0.98);
}
