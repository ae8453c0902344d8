import { describe, expect, it } from 'vitest';
import { parseDotEnv } from '../../src/config/dot-env.ts';

const OUTSIDE: Readonly<Record<string, string>> = { OUTER: 'from outside', EMPTY: '' };
const lookup = (name: string): string | undefined =>
  Object.hasOwn(OUTSIDE, name) ? OUTSIDE[name] : undefined;

/** Texts, and what compose-go 2.9.1 (`dotenv.ParseWithLookup`) makes of them; null: it refuses them. */
const AS_COMPOSE: readonly (readonly [text: string, values: Readonly<Record<string, string>> | null])[] = [
  ['A=abc#def', { A: 'abc#def' }],
  ['A=abc #def', { A: 'abc' }],
  ['A=abc\t#def', { A: 'abc\t#def' }],
  ['\uFEFFA=1\nB=2', { A: '1', B: '2' }],
  ['A=`x y`', { A: '`x y`' }],
  ['A="x" # c', { A: 'x' }],
  ["A='x' # c", { A: 'x' }],
  ['A="x"# c', { A: 'x' }],
  ['A="a\\nb\\t\\"c\\" \\\\ \\$OUTER \\q"', { A: 'a\nb\t"c" \\ $OUTER \\q' }],
  ["A='a\\nb \\'c\\' \\\\ $OUTER'", { A: "a\\nb 'c' \\\\ $OUTER" }],
  ['A="l1\nl2"\nB=1', { A: 'l1\nl2', B: '1' }],
  ["A='l1\nl2'\nB=1", { A: 'l1\nl2', B: '1' }],
  ['export A=1\nexport\tB=2', { A: '1', B: '2' }],
  ['export=1', { export: '1' }],
  ['A = 1', { A: '1' }],
  ['A =1', { A: '1' }],
  ['A= 1', { A: '1' }],
  ['  A=1  ', { A: '1' }],
  ['A=1\r\nB="2"\r\nC=3\r\n', { A: '1', B: '2', C: '3' }],
  ['A=\r\nB=2\nC=', { A: '', B: '2', C: '' }],
  ['A=1\nA=2', { A: '2' }],
  ['A=$OUTER', { A: 'from outside' }],
  ['A="$OUTER"', { A: 'from outside' }],
  ['A=x${OUTER}y', { A: 'xfrom outsidey' }],
  ['A=$NONE!', { A: '!' }],
  ['A=${NONE:-d}', { A: 'd' }],
  ['A=${EMPTY:-d}|${EMPTY-d}|${NONE-d}', { A: 'd||d' }],
  ['A=${OUTER:+s}|${EMPTY:+s}|${EMPTY+s}|${NONE+s}', { A: 's||s|' }],
  ['A=${NONE:?say what}', null],
  ['A=pa$$word', { A: 'pa$word' }],
  ['A=a$1b$ c$', { A: 'a$1b$ c$' }],
  ['A=${', null],
  ['A=${1}', null],
  ['A=${NONE:-${OUTER}}', { A: 'from outside' }],
  ['A=x\nB=$A$A', { A: 'x', B: 'xx' }],
  ['B=$A\nA=x', { A: 'x', B: '' }],
  ['A=a\\#b', { A: 'a\\#b' }],
  ['A="a#b #c"', { A: 'a#b #c' }],
  ['A=#x', { A: '#x' }],
  ['A= #x', { A: '#x' }],
  ['A=', { A: '' }],
  ['A\n', {}],
  ['OUTER\nB=1', { B: '1', OUTER: 'from outside' }],
  ['A="un\nB=1', null],
  ["A='un", null],
  ['#A=1\n # B=2\n\nC=3', { C: '3' }],
  ['A: 1', { A: '1' }],
  ['A:1', { A: '1' }],
  ['A="x"y\nB=1', { A: 'x', B: '1' }],
  ['A=x y z  ', { A: 'x y z' }],
  ['A=a"b"c', { A: 'a"b"c' }],
  ["A=it's", { A: "it's" }],
  ['A.b-c=1', { 'A.b-c': '1' }],
  ['A B=1', null],
  ['A!=1', null],
  ['=1', { '': '1' }],
  ['A==b=c', { A: '=b=c' }],
  ['A="\\0101\\07\\0"', { A: 'A\\7\\' }],
  ['A="a\\\nb"', { A: 'a\\\nb' }],
  ['A=a\\nb', { A: 'a\\nb' }],
  ['A=ä', { A: 'ä' }],
  ['ä=1', { ä: '1' }],
  ['A=\'\'\nB=""', { A: '', B: '' }],
  ['A=\u00a0x\u00a0', { A: 'x' }],
  ['A="x" B=2', { A: 'x', B: '2' }],
  ['1A=2', { '1A': '2' }],
  ['A=x #y #z', { A: 'x' }],
  ['A=http://h/#frag', { A: 'http://h/#frag' }],
  ['A={"a":1}', { A: '{"a":1}' }],
  ['A=${OUTER', null],
  ['A="${NONE:-a}b}"', { A: 'ab}' }],
  ["A='''x'''", null],
  ['A="\\\\n"', { A: '\\n' }],
  ['A=\\$OUTER', { A: '\\from outside' }],
  ['A="\\a\\b\\f\\v\\r\\c"', { A: '\u0007\b\f\u000b\r\\c' }],
  ['A=$OUTER_', { A: '' }],
  ['A=$outer', { A: '' }],
  ['A=${NONE:-a:-b}', { A: 'a:-b' }],
  ['A=${NONE:-a?b}', { A: 'a?b' }],
  ['A=${OUTER:?}', { A: 'from outside' }],
  ['A=- x', { A: '- x' }],
  ['A="\\\\" # x', { A: '\\' }],
  ['toString\nA=$toString$constructor', { A: '' }],
  ['__proto__=1\nA=$__proto__', { A: '1', ['__proto__']: '1' }],
];

describe('a .env file', () => {
  it.each(AS_COMPOSE)('%j means what it means to Docker Compose', (text, values) => {
    const read = (): unknown => ({ ...parseDotEnv(text, lookup).values });
    if (values === null) expect(read).toThrow(/^Line \d+ of .env cannot be read: /);
    else expect(read()).toEqual(values);
  });

  it('is named with the line that cannot be read, and without its value', () => {
    const read = (): unknown => parseDotEnv('A=1\nB="x\ny"\n\nSECRET="abc\n', lookup, 'my.env');
    expect(read).toThrow('Line 5 of my.env cannot be read: the quote " is not closed.');
  });

  it('tells which variables it refers to that are nowhere', () => {
    expect(parseDotEnv('A=pa$sword\nB=$A$OUTER${GONE:-x}', lookup).unset).toEqual(['sword']);
  });

  it('takes its time from its length alone', () => {
    const startedAt = performance.now();
    for (const piece of ['\\', '"', ' ', '#', '$', '${', '{', '\n', 'A', 'A=$', '${A:-', '\t #', 'export ']) {
      try {
        parseDotEnv(`A="${piece.repeat(20_000)}`, lookup);
        parseDotEnv(`A=${piece.repeat(2_000)}`, lookup);
        parseDotEnv(piece.repeat(2_000), lookup);
      } catch (error) {
        expect(error).toMatchObject({ code: 'settings-invalid' });
      }
    }
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
