import type { Feed, StateVector } from '../../flight/state-vector.ts';
import { toStateVector } from './to-state-vector.ts';

/** One answer of OpenSky's `GET /states/all`. */
export interface Answer {
  /** Epoch seconds: the vectors describe the second before it. */
  readonly time: number;
  /** In the order of the answer; empty when `states` is null or missing. */
  readonly vectors: readonly StateVector[];
  /** Rows that are no arrays, and so no vectors; they are left out. */
  readonly skipped: number;
}

/**
 * Reads parsed JSON as an answer of `GET /states/all`: `{"time": seconds, "states": [[...], ...] | null}`.
 * Answers null when it is none: no object, no whole number as time, or states that are neither rows nor nothing.
 * Source: OpenSky REST API, "All State Vectors", and its Python client (`states` null or missing is empty).
 */
export function toAnswer(json: unknown, feed: Feed): Answer | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null;
  const { time, states } = json as { readonly time?: unknown; readonly states?: unknown };
  if (typeof time !== 'number' || !Number.isSafeInteger(time)) return null;
  if (states === null || states === undefined) return { time, vectors: [], skipped: 0 };
  if (!Array.isArray(states)) return null;
  const vectors: StateVector[] = [];
  for (const row of states as readonly unknown[]) {
    if (Array.isArray(row)) vectors.push(toStateVector(row, time, feed));
  }
  return { time, vectors, skipped: states.length - vectors.length };
}
