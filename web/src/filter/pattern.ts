const STAR = 0x2a;
const ONE = 0x3f;

/** A pattern for callsigns, ready to be compared: upper case, `*` for any characters, `?` for one. */
export type Pattern = Uint8Array;

/** What is left of typed text: letters, digits, `*` and `?`, in upper case; empty if nothing is. */
export function cleanPattern(text: string): string {
  return text.toUpperCase().replaceAll(/[^A-Z0-9*?]/g, '');
}

/** The pattern of a clean text. Without a wildcard it means all that begin with it, as an airline's flights do. */
export function patternOf(text: string): Pattern {
  return new TextEncoder().encode(/[*?]/.test(text) ? text : `${text}*`);
}

/**
 * Whether the ASCII characters `from` to before `to` of `text` are as the pattern says; upper and lower case are the same.
 * Allocates nothing: it runs for each aircraft at each tick.
 */
export function matches(pattern: Pattern, text: Uint8Array, from: number, to: number): boolean {
  let at = from;
  let next = 0;
  let star = -1;
  let tried = from;
  while (at < to) {
    const wanted = pattern[next];
    if (wanted === STAR) {
      star = next++;
      tried = at;
    } else if (wanted === ONE || wanted === upper(text[at] ?? 0)) {
      next += 1;
      at += 1;
    } else if (star >= 0) {
      // The last star takes one character more.
      next = star + 1;
      at = ++tried;
    } else {
      return false;
    }
  }
  while (pattern[next] === STAR) next += 1;
  return next === pattern.length;
}

function upper(code: number): number {
  return code >= 0x61 && code <= 0x7a ? code - 0x20 : code;
}
