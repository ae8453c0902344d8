/**
 * Variables in a value of a `.env` file:
 *
 *     $NAME  ${NAME}                        its value; nothing where it is unset
 *     ${NAME:-text}  ${NAME-text}           the text where it is unset; with the colon also where it is empty
 *     ${NAME:+text}  ${NAME+text}           the text where it is set; with the colon only where it is not empty
 *     ${NAME:?text}  ${NAME?text}           refused with the text where it is unset; with the colon also where it is empty
 *     $$                                    a dollar sign
 *
 * Every other dollar sign stands for itself. Source: compose-spec, 12-interpolation.md.
 */

const START = /\$(?:(\$)|([_a-z][_a-z0-9]*)|(\{))/i;
const BRACED = /^([_a-z][_a-z0-9]*)(?:(:?)([-+?])([^]*))?$/i;

/** The text with its variables replaced. For text that cannot be read it calls `fail`, which does not return. */
export function expandVariables(
  text: string,
  find: (name: string) => string | undefined,
  onUnset: (name: string) => void,
  fail: (found: string) => never,
): string {
  const expand = (inner: string): string => expandVariables(inner, find, onUnset, fail);
  const start = START.exec(text);
  if (start === null) return text;
  const [whole, dollar, name] = start;
  const before = text.slice(0, start.index);
  const after = text.slice(start.index + whole.length);
  if (dollar !== undefined) return `${before}$${expand(after)}`;
  if (name !== undefined) return before + plain(name) + expand(after);
  const end = closingBrace(after);
  const parts = end === -1 ? null : BRACED.exec(after.slice(0, end));
  if (parts === null) return fail('"${" is not followed by a name and "}"; write $$ for a dollar sign');
  return before + braced(parts) + expand(after.slice(end + 1));

  function plain(which: string): string {
    const value = find(which);
    if (value === undefined) onUnset(which);
    return value ?? '';
  }

  function braced([, which = '', colon, operator, other = '']: RegExpExecArray): string {
    const value = find(which);
    const counts = value !== undefined && (colon === '' || value !== '');
    if (operator === '-') return counts ? value : expand(other);
    if (operator === '+') return counts ? expand(other) : (value ?? '');
    if (operator === '?') return counts ? value : fail(`${which} must be set: ${expand(other)}`);
    return plain(which);
  }
}

/** The index at which a brace that was opened before the text is closed; -1 if it is not closed. */
function closingBrace(text: string): number {
  let open = 1;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '}' && --open === 0) return index;
    if (text[index] === '{') open++;
  }
  return -1;
}
