import { type Box, creditCost, isInside, piecesOf } from './box.ts';

/** Which requests give an area. */
export interface Cover {
  /** One box a request; null is the whole world. */
  readonly requests: readonly (Box | null)[];
  /** Credits of all requests: the cost of one poll. */
  readonly cost: number;
  /** Whether a place belongs to the area; null where the requests give nothing else. */
  readonly holds: ((latitude: unknown, longitude: unknown) => boolean) | null;
}

/** Beyond, all are asked for as one: there is no cheaper way than 4 credits anyway. */
const MOST_PIECES = 10;

/**
 * The cheapest requests that give all of `areas` (none: the whole world), and of equally cheap ones the fewest. A box over
 * the date line is two. Boxes are asked for together where one box around them costs no more than each by itself.
 *
 * A single box is never cut: halves of a box cost together at least what it costs, and a whole world 4. So four requests
 * are never the cheapest.
 */
export function coverOf(areas: readonly Box[]): Cover {
  if (areas.length === 0) return { requests: [null], cost: 4, holds: null };
  const pieces = areas.flatMap(piecesOf);
  const groups = pieces.length > MOST_PIECES ? [pieces] : cheapestGroups(pieces);
  const requests = groups.map(around);
  const isExact = groups.every((group) => group.length === 1);
  return {
    requests,
    cost: costOf(groups),
    holds: isExact
      ? null
      : (latitude, longitude) =>
          typeof latitude === 'number' &&
          typeof longitude === 'number' &&
          pieces.some((piece) => isInside(piece, latitude, longitude)),
  };
}

type Groups = readonly (readonly Box[])[];

/** Tries every way to put the pieces into groups; each set of pieces is looked at once. */
function cheapestGroups(pieces: readonly Box[]): Groups {
  const best = new Map<number, Groups>([[0, []]]);
  const solve = (left: number): Groups => {
    const known = best.get(left);
    if (known !== undefined) return known;
    const lowest = left & -left;
    let found: Groups | null = null;
    // Every group that has the first of the pieces left.
    for (let group = left; group > 0; group = (group - 1) & left) {
      if ((group & lowest) === 0) continue;
      const members = pieces.filter((_, index) => (group & (1 << index)) !== 0);
      const groups = [members, ...solve(left & ~group)];
      if (found === null || isBetter(groups, found)) found = groups;
    }
    best.set(left, found ?? []);
    return found ?? [];
  };
  return solve((1 << pieces.length) - 1);
}

const costOf = (groups: Groups): number =>
  groups.reduce((cost, group) => cost + creditCost(around(group)), 0);

const isBetter = (groups: Groups, than: Groups): boolean =>
  costOf(groups) < costOf(than) || (costOf(groups) === costOf(than) && groups.length < than.length);

const around = (boxes: readonly Box[]): Box => ({
  lamin: Math.min(...boxes.map(({ lamin }) => lamin)),
  lomin: Math.min(...boxes.map(({ lomin }) => lomin)),
  lamax: Math.max(...boxes.map(({ lamax }) => lamax)),
  lomax: Math.max(...boxes.map(({ lomax }) => lomax)),
});
