import { expect, test } from 'vitest';
import { pickedClasses } from '../../src/filter/classes.ts';
import { ALL_CLASSES } from '../../src/filter/altitude-class.ts';

test('a click on a class shows it alone, and a second one all again', () => {
  expect(pickedClasses(ALL_CLASSES, 2, false)).toBe(0b100);
  expect(pickedClasses(0b1010, 1, false)).toBe(0b10);
  expect(pickedClasses(0b100, 2, false)).toBe(ALL_CLASSES);
});

test('with Shift a class is added or taken away, and taking away the last one shows all', () => {
  expect(pickedClasses(0b100, 1, true)).toBe(0b110);
  expect(pickedClasses(0b110, 1, true)).toBe(0b100);
  expect(pickedClasses(ALL_CLASSES, 0, true)).toBe(ALL_CLASSES - 1);
  expect(pickedClasses(0b100, 2, true)).toBe(ALL_CLASSES);
});
