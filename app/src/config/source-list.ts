/** What a source begins with; a comma before anything else belongs to the source, as in `adsblol:47.4,8.5,100`. */
const BEGINS =
  /,(?=(?:auto|opensky|simulator)(?:,|$)|(?:replay|ndjson|archive|readsb|adsbx|adsblol|adsbfi|airplaneslive|sbs):)/;

/** The sources that a text names, with commas between them. */
export const splitSources = (text: string): readonly string[] => text.split(BEGINS);

/**
 * Why sources cannot be used together, as the rest of the sentence "expected …"; null where they can. Each is checked by
 * itself elsewhere.
 */
export function togetherProblem(sources: readonly string[]): string | null {
  if (sources.length === 1) return null;
  if (sources.includes('auto')) return 'auto alone: it chooses a source itself';
  if (sources.includes('simulator'))
    return 'the simulator alone: a lake holds real or simulated positions, never both';
  if (new Set(sources).size < sources.length) return 'each source once';
  return null;
}
