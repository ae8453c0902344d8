import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { ContrailError } from '../../errors.ts';
import { GOLD_TRAFFIC_BY_COUNTRY } from '../../lake/gold-traffic-by-country.ts';
import { SILVER_FLIGHTS } from '../../lake/silver-flights.ts';
import type { AnswerCache } from '../answer-cache.ts';
import { entityTag } from '../answers.ts';
import type { AnswerSources } from '../answers.ts';
import { daysAnswer } from '../replay/days.ts';
import { volumeAnswer } from '../replay/volume.ts';
import { MOST_S } from '../replay/replay-chunks.ts';
import type { ReplayChunks } from '../replay/replay-chunks.ts';
import type { Stretch } from '../replay/read-chunk.ts';
import { wholeNumber } from '../parameters.ts';
import { isKnown, sent } from './request.ts';

/** What the routes of the replay answer from. */
export interface ReplaySources extends AnswerSources {
  readonly cache: AnswerCache;
  readonly replay: ReplayChunks;
}

/** The longest stretch whose volume can be asked for, seconds. */
const MOST_VOLUME_S = 8 * 86_400;
/** The last second of the year 9999. */
const MOST_TIME = 253_402_300_799;

/** A client that takes gzip, and has not given it the weight 0. */
const GZIP = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i;

const decompress = promisify(gunzip);

/** Below `/api/replay`: what can be replayed, how much traffic there was, and the reports of a stretch of the past. */
export function createReplayRoutes(sources: ReplaySources) {
  const { cache, replay, tables } = sources;
  const versioned = async (c: Context, table: string, question: string, compute: () => Promise<object>) => {
    const tag = entityTag(tables.version(table));
    const headers = { ETag: tag, 'Cache-Control': 'no-cache' };
    return isKnown(c, tag)
      ? c.body(null, 304, headers)
      : sent(c, await cache.get(question, tag, compute), headers);
  };
  return new Hono()
    .get('/days', (c) =>
      versioned(c, SILVER_FLIGHTS.name, 'replay days', () => Promise.resolve(daysAnswer(tables))),
    )
    .get('/volume', (c) => {
      const { from, to } = stretchOf(c, MOST_VOLUME_S);
      return versioned(c, GOLD_TRAFFIC_BY_COUNTRY.name, `volume ${from} ${to}`, () =>
        volumeAnswer(sources, { from, to }),
      );
    })
    .get('/', async (c) => {
      const stretch = stretchOf(c, MOST_S);
      const tag = replay.tag(stretch);
      const headers = {
        ETag: tag,
        'Cache-Control': 'no-cache',
        'Content-Type': 'application/octet-stream',
        Vary: 'Accept-Encoding',
      };
      if (isKnown(c, tag)) return c.body(null, 304, headers);
      const bytes = await replay.get(stretch, tag);
      return GZIP.test(c.req.header('accept-encoding') ?? '')
        ? c.body(bytes, 200, { ...headers, ETag: `W/${tag}`, 'Content-Encoding': 'gzip' })
        : c.body(new Uint8Array(await decompress(bytes)), 200, headers);
    });
}

function stretchOf(c: Context, most_s: number): Stretch {
  const from = wholeNumber('from', c.req.query('from') ?? '', 0, MOST_TIME);
  const to = wholeNumber('to', c.req.query('to') ?? '', 0, MOST_TIME);
  if (to > from && to - from <= most_s) return { from, to };
  throw new ContrailError(
    'invalid-parameter',
    `from=${from} and to=${to} are no stretch of time from 1 to ${most_s} seconds. Ask for less at a time.`,
  );
}
