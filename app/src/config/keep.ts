/** How long tables are kept, and how large the lake may become, as KEEP says it. */
import { parseSize } from './quantity.ts';

/** What KEEP says, by table. */
export interface KeepSetting {
  /** As it was given, for people. */
  readonly text: string;
  /** Milliseconds by the name of the table; a table that is not named is kept for ever. */
  readonly keepMs: Readonly<Record<string, number>>;
  /** Bytes of the whole lake; null: no bound. */
  readonly budgetBytes: number | null;
}

export const KEEP_EXAMPLE = 'bronze 7d, silver 90d, gold forever, within 20GB';

const HOUR_MS = 3_600_000;
const UNIT_MS: Readonly<Record<string, number>> = {
  h: HOUR_MS,
  d: 24 * HOUR_MS,
  w: 7 * 24 * HOUR_MS,
  y: 365 * 24 * HOUR_MS,
};
/** The tables of each word. */
export const KEEP_WORDS: Readonly<Record<string, readonly string[]>> = {
  bronze: ['bronze/flights'],
  quarantine: ['quarantine/flights'],
  silver: ['silver/flights', 'silver/flights_ml'],
  gold: ['gold/traffic_by_country', 'gold/metrics_by_category'],
};
const TABLES = Object.values(KEEP_WORDS).flat();
const WORDS = `${Object.keys(KEEP_WORDS).join(', ')}, or one table such as silver/flights_ml`;
const TIMES = 'hours, days, weeks or years, as 12h, 7d, 8w or 2y, or forever';

/** The value of a text, or what was expected instead: it completes the sentence "expected …". */
export function keep(text: string): { readonly value: KeepSetting } | { readonly expected: string } {
  const expected = (what: string) => ({ expected: `${what}; for example: ${KEEP_EXAMPLE}` });
  const named = new Map<string, number>();
  let budgetBytes: number | null = null;
  for (const part of text.split(/[,;]/).map((one) => one.trim().toLowerCase())) {
    const [word = '', time, ...more] = part.split(/\s+/);
    if (word === '') return expected('parts with a comma between');
    if (word === 'within') {
      const bytes = parseSize([time ?? '', ...more].join(' '));
      if (bytes === null) return expected(`a size after "within", as 20GB, not ${JSON.stringify(part)}`);
      if (budgetBytes !== null) return expected('"within" once');
      budgetBytes = bytes;
      continue;
    }
    const name = word.replace('.', '/');
    if (!Object.hasOwn(KEEP_WORDS, name) && !TABLES.includes(name))
      return expected(`${WORDS}, or "within" and a size, not ${JSON.stringify(word)}`);
    const ms = parseTime(time);
    if (ms === null || more.length > 0)
      return expected(`${word} and one time (${TIMES}), not ${JSON.stringify(part)}`);
    if (named.has(name)) return expected(`${word} once`);
    named.set(name, ms);
  }
  const keepMs: Record<string, number> = {};
  // A table says more than its layer.
  for (const [layer, tables] of Object.entries(KEEP_WORDS))
    for (const table of tables) {
      const ms = named.get(table) ?? named.get(layer) ?? Infinity;
      if (ms !== Infinity) keepMs[table] = ms;
    }
  return { value: { text, keepMs, budgetBytes } };
}

/** Milliseconds, at least one hour; null when the text is no time. */
function parseTime(text: string | undefined): number | null {
  if (text === 'forever') return Infinity;
  const [, digits = '', unit = ''] = /^(\d{1,6})([hdwy])$/.exec(text ?? '') ?? [];
  const ms = Number(digits) * (UNIT_MS[unit] ?? 0);
  return ms > 0 ? ms : null;
}
