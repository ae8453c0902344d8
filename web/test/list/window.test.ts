import { describe, expect, test } from 'vitest';
import { rowAfterKey, rowsToShow, topToShow } from '../../src/list/window.ts';

const LIST = { top: 3200, height: 640, row_px: 32, count: 15_000 };

describe('the part of the list that is in the document', () => {
  test('is what is seen and a little more, however long the list is', () => {
    expect(rowsToShow(LIST)).toEqual({ from: 92, to: 128 });
    expect(rowsToShow({ ...LIST, top: 0 })).toEqual({ from: 0, to: 28 });
    expect(rowsToShow({ ...LIST, top: 479_360 })).toEqual({ from: 14_972, to: 15_000 });
  });

  test('is empty without rows, and whole where all fit', () => {
    expect(rowsToShow({ ...LIST, top: 0, count: 0 })).toEqual({ from: 0, to: 0 });
    expect(rowsToShow({ ...LIST, top: 0, count: 3 })).toEqual({ from: 0, to: 3 });
    // A filter has made it short, and the browser has not scrolled back yet.
    expect(rowsToShow({ ...LIST, count: 10 })).toEqual({ from: 10, to: 10 });
  });

  test('moves no further than is needed to show a row', () => {
    expect([100, 119, 120, 99, 0].map((row) => topToShow(row, LIST))).toEqual([3200, 3200, 3232, 3168, 0]);
  });
});

test('keys go to the next row, a page further, and to the ends, never beyond them', () => {
  const after = (key: string, row: number): number | null => rowAfterKey(key, row, LIST);
  expect(['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End'].map((key) => after(key, 100))).toEqual(
    [101, 99, 119, 81, 0, 14_999],
  );
  expect([after('ArrowUp', 0), after('PageUp', 5), after('ArrowDown', 14_999), after('x', 5)]).toEqual([
    0,
    0,
    14_999,
    null,
  ]);
  expect([after('ArrowDown', -1), after('ArrowUp', -1)]).toEqual([0, 14_999]);
});
