import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterBracket, markerIn, next, piecesOf, previous, wordsIn } from '../../../src/engine/sql/pieces.ts';

describe('SQL in pieces', () => {
  it.each([
    ["'it''s'", "r'\\A'", '"a "" b"', '`a `` b`'],
    ['-- not the line feed', '\n', '/* one /* in */ another */', 'x'],
    ['a', '::', 'text', ',', ' \n ', ':marker', ')'],
    ['v', ':', 'field', '[', '0', ']', ':', 'field', '`v`', ':', 'field'],
    ['1.5e3', '+', '7L', '*', '_x1', '.', 'y'],
    ['x', ' ', '/* never ends /* really */'],
    ['x', ' ', "'", 'never', ' ', 'ends'],
  ])('are %j %j %j %j …', (...pieces) => {
    expect(piecesOf(pieces.join(''))).toEqual(pieces);
  });

  it('are the text, whatever it is', () => {
    const part = fc.constantFrom(
      "'",
      '"',
      '`',
      '--',
      '/*',
      '*/',
      ':',
      '::',
      '(',
      ')',
      '\n',
      ' ',
      'a',
      '1',
      '.',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part).map((parts) => parts.join('')),
        ),
        (sql) => {
          expect(piecesOf(sql).join('')).toBe(sql);
        },
      ),
    );
  });

  it('have a name where they are markers', () => {
    expect(piecesOf(':a::b + :c_1').map(markerIn)).toEqual(['a', null, null, null, null, null, 'c_1']);
  });

  it('are passed over where they mean nothing', () => {
    const pieces = ['from', ' ', '/* here */', '-- or here', '\n', 'x', ' '];
    expect([next(pieces, 1), previous(pieces, 4), next(pieces, 6), previous(pieces, -1)]).toEqual([
      5, 0, 7, -1,
    ]);
  });

  it('end with their bracket, where one closes it', () => {
    const pieces = piecesOf('((\')\'), ")")+(');
    expect([afterBracket(pieces, 0), afterBracket(pieces, 1)]).toEqual([8, 4]);
    expect(afterBracket(pieces, pieces.length - 1)).toBe(-1);
  });
});

it('words of a text are those in its quotes and comments too', () => {
  expect(wordsIn('Select "a-B" -- c\n')).toEqual(new Set(['select', 'a', 'b', 'c']));
});
