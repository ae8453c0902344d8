/** An aircraft that wants a label, in the order of importance. CSS pixels of the canvas; the icon is `half` to each side. */
export interface Wanting {
  readonly slot: number;
  /** Of the address, so that a slot that has changed hands does not inherit a place. */
  readonly address: number;
  readonly x: number;
  readonly y: number;
  readonly half: number;
  readonly width: number;
  readonly height: number;
}

/** Where a label stands against its icon. */
export const SIDES = ['right', 'left', 'above', 'below'] as const;
export type Side = (typeof SIDES)[number];

/** A label that has found its place: the left end and the middle of the height of its box. */
export interface PlacedLabel {
  readonly wanting: Wanting;
  readonly side: Side;
  readonly left: number;
  readonly middle: number;
  /** A name of the ground is in its box. */
  readonly isOverName: boolean;
}

/** The side at which each address was labelled the last time. */
export type Kept = ReadonlyMap<number, Side>;

/** CSS pixels of the canvas. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Between icon and text. */
const GAP_PX = 3;
/** A newcomer keeps this distance, and one that has its place may come this much too near: so that nobody flickers. */
const ROOM_PX = 3;
const PATIENCE_PX = -2;
const ICON_ROOM_PX = 2;
/** Edge of a cell of the grid in which boxes are looked for. */
const CELL_PX = 64;

/** How many labels there may be, which slot has one whatever is in the way (-1: none), and where the ground has names. */
export interface Limits {
  readonly most: number;
  readonly forced: number;
  readonly written: readonly Box[];
  /** Where nothing may stand: what lies over the map hides it. */
  readonly blocked: readonly Box[];
}

/**
 * Gives labels a place in which they do not overlap each other. First comes the forced one; then those that had a place
 * the last time and have not drifted over a name of the ground; then the others in their order, at the first side where
 * no label, icon or name is in the way. Who an aircraft is counts for more than a town: one that finds none keeps the side
 * that it had, or takes the first without a label or icon, over the name.
 */
export function placeLabels(
  wanting: readonly Wanting[],
  kept: Kept,
  { most, forced, written, blocked }: Limits,
): PlacedLabel[] {
  const labels = new Grid();
  const names = new Grid();
  const icons = new Grid();
  for (const box of written) names.add(box);
  for (const box of blocked) {
    labels.add(box);
    names.add(box);
  }
  for (const { x, y, half } of wanting) {
    const edge = half * 0.7 + ICON_ROOM_PX;
    icons.add({ left: x - edge, top: y - edge, right: x + edge, bottom: y + edge });
  }
  const placed: PlacedLabel[] = [];
  const left = new Set(wanting);
  const place = (one: Wanting, side: Side): void => {
    const box = boxOf(one, side);
    labels.add(box);
    left.delete(one);
    const middle = (box.top + box.bottom) / 2;
    placed.push({ wanting: one, side, left: box.left, middle, isOverName: !names.isFree(box, 0) });
  };
  const chosen = wanting.find(({ slot }) => slot === forced);
  if (chosen !== undefined) {
    const before = kept.get(chosen.address) ?? 'right';
    place(chosen, [before, ...SIDES].find((side) => names.isFree(boxOf(chosen, side), 0)) ?? before);
  }
  for (const one of left) {
    if (placed.length >= most) return placed;
    const side = kept.get(one.address);
    if (side === undefined) continue;
    const box = boxOf(one, side);
    if (labels.isFree(box, PATIENCE_PX) && names.isFree(box, PATIENCE_PX)) place(one, side);
  }
  const known = [...left].filter(({ address }) => kept.has(address));
  for (const one of new Set([...known, ...left])) {
    if (placed.length >= most) return placed;
    const free = SIDES.filter((side) => {
      const box = boxOf(one, side);
      return labels.isFree(box, ROOM_PX) && icons.isFree(box, 0);
    });
    const before = kept.get(one.address);
    const keeps = before !== undefined && labels.isFree(boxOf(one, before), PATIENCE_PX) ? before : undefined;
    const side = free.find((at) => names.isFree(boxOf(one, at), 0)) ?? keeps ?? free[0];
    if (side !== undefined) place(one, side);
  }
  return placed;
}

function boxOf({ x, y, half, width, height }: Wanting, side: Side): Box {
  const isBeside = side === 'right' || side === 'left';
  const left =
    side === 'right' ? x + half + GAP_PX : side === 'left' ? x - half - GAP_PX - width : x - width / 2;
  const top = isBeside ? y - height / 2 : side === 'above' ? y - half - height : y + half;
  return { left, top, right: left + width, bottom: top + height };
}

/** Boxes by the cells that they touch. */
class Grid {
  readonly #cells = new Map<number, Box[]>();

  add(box: Box): void {
    for (const key of cellsOf(box, 0)) {
      const cell = this.#cells.get(key);
      if (cell === undefined) this.#cells.set(key, [box]);
      else cell.push(box);
    }
  }

  /** Whether no box is nearer than `room`. */
  isFree(box: Box, room: number): boolean {
    for (const key of cellsOf(box, room)) {
      for (const other of this.#cells.get(key) ?? []) {
        const isBeside = box.right + room <= other.left || other.right + room <= box.left;
        if (!isBeside && box.bottom + room > other.top && other.bottom + room > box.top) return false;
      }
    }
    return true;
  }
}

function* cellsOf({ left, top, right, bottom }: Box, room: number): Generator<number> {
  const rows = Math.floor((bottom + room) / CELL_PX);
  const columns = Math.floor((right + room) / CELL_PX);
  for (let row = Math.floor((top - room) / CELL_PX); row <= rows; row++)
    for (let column = Math.floor((left - room) / CELL_PX); column <= columns; column++)
      yield row * 4096 + column;
}
