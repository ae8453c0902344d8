import type { StateVector } from '../../flight/state-vector.ts';

/**
 * The aircraft of several answers, each once: where circles overlap, the vector with the newest position counts, then
 * that with the newest contact. Vectors without an address are all kept. In the order in which addresses came first.
 */
export function mergeVectors(answers: readonly (readonly StateVector[])[]): readonly StateVector[] {
  const [first = [], ...others] = answers;
  if (others.length === 0) return first;
  const byAddress = new Map<string, StateVector>();
  const nameless: StateVector[] = [];
  for (const vector of answers.flat()) {
    if (vector.icao24 === null) {
      nameless.push(vector);
      continue;
    }
    const before = byAddress.get(vector.icao24);
    if (before === undefined || isNewer(vector, before)) byAddress.set(vector.icao24, vector);
  }
  return [...byAddress.values(), ...nameless];
}

function isNewer(one: StateVector, other: StateVector): boolean {
  const [position, otherPosition] = [one.time_position ?? -Infinity, other.time_position ?? -Infinity];
  if (position !== otherPosition) return position > otherPosition;
  return (one.last_contact ?? -Infinity) > (other.last_contact ?? -Infinity);
}
