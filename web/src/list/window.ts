/** Rows above and below the visible ones that are there already when somebody scrolls. */
const BEYOND = 8;

/** What is scrolled: how far, how high the visible part is, how high a row is (CSS pixels), and how many there are. */
export interface Scrolled {
  readonly top: number;
  readonly height: number;
  readonly row_px: number;
  readonly count: number;
}

/** The rows `from` to before `to` that have to be in the document. */
export function rowsToShow({ top, height, row_px, count }: Scrolled): {
  readonly from: number;
  readonly to: number;
} {
  const last = Math.ceil((top + height) / row_px) + BEYOND;
  const to = Math.max(0, Math.min(count, last));
  return { from: Math.max(0, Math.min(to, Math.floor(top / row_px) - BEYOND)), to };
}

/** How far to scroll so that a row is wholly seen; as it is where it is seen already. */
export function topToShow(row: number, { top, height, row_px }: Scrolled): number {
  const above = row * row_px;
  if (above < top) return above;
  return Math.max(top, above + row_px - height);
}

/** The row that a key goes to; null for another key. From -1, which is no row, each goes to an end. */
export function rowAfterKey(key: string, row: number, { height, row_px, count }: Scrolled): number | null {
  const page = Math.max(1, Math.floor(height / row_px) - 1);
  const held = (to: number): number => Math.max(0, Math.min(count - 1, to));
  switch (key) {
    case 'ArrowDown':
      return held(row + 1);
    case 'ArrowUp':
      return held(row < 0 ? count - 1 : row - 1);
    case 'PageDown':
      return held(row + page);
    case 'PageUp':
      return held(row - page);
    case 'Home':
      return held(0);
    case 'End':
      return held(count - 1);
    default:
      return null;
  }
}
