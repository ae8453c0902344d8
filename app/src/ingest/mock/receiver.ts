import { JSON_TYPE, type MockReply, type MockRequest, reply } from './reply.ts';
import { toEntry } from './to-entry.ts';
import { isNear, type Scene, type Traffic } from './traffic.ts';

/** What a scene holds, as readsb writes it. */
export const entriesOf = ({ entries, vectors, time }: Scene): readonly unknown[] =>
  entries ?? vectors.map((vector) => toEntry(vector, time * 1000));

/** The text of `aircraft.json`. Source: readsb README-json.md. */
export const aircraftJson = (scene: Scene): string =>
  JSON.stringify({ now: scene.time, messages: scene.time, aircraft: entriesOf(scene) });

/**
 * A receiver's web server: `aircraft.json` in any folder, as readsb, tar1090, SkyAware and dump1090 have it.
 * @param page what stands in `aircraft.json` at a time
 */
export const receiverAnswer =
  (page: () => string) =>
  ({ path }: MockRequest): MockReply =>
    path.endsWith('/aircraft.json')
      ? reply(200, page(), JSON_TYPE)
      : reply(404, '<html><body>404</body></html>', { 'content-type': 'text/html' });

/** More than so many requests in so long are too many. */
const [MOST_REQUESTS, WITHIN_MS] = [15, 10_000];
const POINT =
  /\/(?:point\/([-\d.]+)\/([-\d.]+)\/([\d.]+)|lat\/([-\d.]+)\/lon\/([-\d.]+)\/dist\/([\d.]+))\/?$/;
const LARGEST_NM = 250;

/**
 * A service that answers as ADSBexchange's API v2 does: `/v2/point/LAT/LON/NM` and `…/lat/LAT/lon/LON/dist/NM`, of at most
 * 250 nm. As adsb.lol it answers 403 to who does not say who asks, and 429 to who asks too often.
 */
export function areaServiceAnswer(
  traffic: Traffic,
  clock: () => number,
): (request: MockRequest) => MockReply {
  let asked: number[] = [];
  return ({ path, headers }) => {
    const nowMs = clock();
    const found = POINT.exec(path)
      ?.slice(1)
      .filter((part) => part !== undefined);
    if (found === undefined) return reply(404, '{"detail":"Not Found"}', JSON_TYPE);
    if ((headers?.['user-agent'] ?? '') === '') return reply(403, 'Forbidden: say who you are');
    asked = [...asked.filter((ms) => ms > nowMs - WITHIN_MS), nowMs];
    if (asked.length > MOST_REQUESTS) return reply(429, 'Too many requests', { 'retry-after': '10' });
    const [latitude = 0, longitude = 0, nm = 0] = found.map(Number);
    const circle = { latitude, longitude, radiusNm: Math.min(nm, LARGEST_NM) };
    const scene = traffic(nowMs);
    const ac = entriesOf(scene).filter((entry) => isNear(circle, entry));
    const now = scene.time * 1000;
    return reply(
      200,
      JSON.stringify({ ac, msg: 'No error', now, total: ac.length, ctime: now, ptime: 0 }),
      JSON_TYPE,
    );
  };
}
