/**
 * Characters that act on a terminal or mislead a reader: control characters (C0, DEL, C1) move the cursor, set colours
 * or send commands to the terminal; others change the direction of writing. Sources: ECMA-48; Unicode 17, UAX 9.
 */
// oxlint-disable-next-line no-control-regex -- the control characters are the point
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Text from outside on one line of a terminal: control characters are shown as `\n` or `\x1b`. */
export const printable = (text: string): string => text.replace(CONTROL, escaped);

/** As {@link printable}, for a text of our own that may contain text from outside: its line breaks stay. */
export const printableLines = (text: string): string =>
  text.replace(CONTROL, (character) => (character === '\n' ? character : escaped(character)));

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return SHORT[character] ?? (code < 256 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`);
}
