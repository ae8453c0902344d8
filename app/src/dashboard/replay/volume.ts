import { cells, select } from '../answers.ts';
import type { AnswerSources } from '../answers.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../lake/gold-traffic-by-country.ts';
import { GOLD_WINDOW_S } from '../../lake/gold-window.ts';
import { VOLUME_COLUMNS, type VolumeAnswer } from '../protocol.ts';
import type { Stretch } from './read-chunk.ts';

/** How many aircraft were heard in each window of Gold that begins in a stretch of event time. */
export async function volumeAnswer(sources: AnswerSources, { from, to }: Stretch): Promise<VolumeAnswer> {
  const version = sources.tables.version(GOLD_TRAFFIC_BY_COUNTRY.name);
  const rows = await select(sources, GOLD_TRAFFIC_BY_COUNTRY, 'volume', 'traffic', { from, to }, [
    { column: 'window_start', min: BigInt(from) * 1_000_000n, below: BigInt(to) * 1_000_000n },
  ]);
  return {
    ...version,
    columns: VOLUME_COLUMNS,
    rows: rows.map((row) => cells(row, VOLUME_COLUMNS)),
    window_s: GOLD_WINDOW_S,
  };
}
