const LONGEST = 80;

/**
 * The beginning of a text that somebody else wrote, for a sentence on a terminal or a page: one line, without characters
 * that steer a terminal, turn the direction of writing or do not show at all.
 */
export function shown(text: string, longest: number = LONGEST): string {
  const clean = text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '\uFFFD');
  return clean.length <= longest ? clean : `${clean.slice(0, longest)}…`;
}
