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
}

/** The side at which each address was labelled the last time. */
export type Kept = ReadonlyMap<number, Side>;

interface Box {
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
/** Edge of a cell of the grid in which boxes are looked for. */
const CELL_PX = 64;

/**
 * Gives labels a place in which they overlap neither each other nor, when they are new, an icon; at most `most` of
 * them. First come the `forced`, which get a place whatever is there; then those that had one the last time, at the
 * same side if it is free; then the others as they are ordered.
 */
export function placeLabels(
  wanting: readonly Wanting[],
  kept: Kept,
  { most, forced }: { readonly most: number; readonly forced: number },
): PlacedLabel[] {
  const labels = new Grid();
  const icons = new Grid();
  for (const { x, y, half } of wanting) {
    const edge = half * 0.7;
    icons.add({ left: x - edge, top: y - edge, right: x + edge, bottom: y + edge });
  }
  const placed: PlacedLabel[] = [];
  const place = (one: Wanting, side: Side): void => {
    const box = boxOf(one, side);
    labels.add(box);
    placed.push({ wanting: one, side, left: box.left, middle: (box.top + box.bottom) / 2 });
  };
  for (const one of wanting) if (one.slot === forced) place(one, kept.get(one.address) ?? 'right');
  for (const one of wanting) {
    const side = kept.get(one.address);
    if (side === undefined || one.slot === forced || placed.length >= most) continue;
    if (labels.isFree(boxOf(one, side), PATIENCE_PX)) place(one, side);
  }
  const isPlaced = new Set(placed.map(({ wanting: { address } }) => address));
  for (const one of wanting) {
    if (placed.length >= most) break;
    if (isPlaced.has(one.address)) continue;
    const side = SIDES.find((at) => {
      const box = boxOf(one, at);
      return labels.isFree(box, ROOM_PX) && icons.isFree(box, ROOM_PX);
    });
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
