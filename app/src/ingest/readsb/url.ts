import type { LiveComponents } from '../components.ts';
import { type Reading, type Validators, requestAircraft } from './client.ts';

/** An address with its user and password taken out, which `fetch` does not take; they go in a header. */
export interface Address {
  readonly url: string;
  readonly authorization?: string;
}

/** Null if it is not an `http:` or `https:` address. */
export function addressOf(text: string): Address | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  const { username, password } = url;
  [url.username, url.password, url.hash] = ['', '', ''];
  if (username === '') return { url: url.href };
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url: url.href, authorization: `Basic ${Buffer.from(user).toString('base64')}` };
}

/** An address as logs and the page may show it: without user, password, and parameters that sound secret. */
export function shownAddress(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  const secrets = [...url.searchParams.keys()].filter((name) => /key|token|secret|pass|auth/i.test(name));
  if (url.username === '' && url.password === '' && secrets.length === 0) return text;
  if (url.username !== '' || url.password !== '') [url.username, url.password] = ['***', ''];
  for (const name of secrets) url.searchParams.set(name, '***');
  return url.href;
}

/** Where the data are below the page of a receiver, as readsb, tar1090, SkyAware and the first dump1090 have it. */
const BELOW_PAGES = ['data/aircraft.json', 'aircraft.json', 'data.json'] as const;
const BELOW_HOSTS = [
  'tar1090/data/aircraft.json',
  'skyaware/data/aircraft.json',
  'dump1090/data/aircraft.json',
] as const;

/**
 * The addresses to try for a given one: itself if it names a file or has a query, else the usual files below a page.
 */
export function candidatesOf(address: string): readonly string[] {
  const url = new URL(address);
  if (/\.json(\.gz)?$/i.test(url.pathname) || url.search !== '') return [address];
  const page = new URL(url.pathname.replace(/(\/[^/]*\.html?)?\/*$/i, '/'), url);
  const below = [...BELOW_PAGES, ...(page.pathname === '/' ? BELOW_HOSTS : [])];
  return [...below.map((path) => new URL(path, page).href), address];
}

/** A receiver's web server, or its page, whose data are then looked for. */
export class ReceiverUrl {
  readonly place: string;
  readonly #address: Address;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #components: Pick<LiveComponents, 'clock' | 'fetch' | 'timeout'>;
  /** Several until one has answered. */
  #candidates: readonly string[];
  #known: Validators | null = null;

  constructor(
    address: Address,
    userAgent: string,
    components: Pick<LiveComponents, 'clock' | 'fetch' | 'timeout'>,
  ) {
    this.place = shownAddress(address.url);
    this.#address = address;
    this.#headers = { 'user-agent': userAgent };
    this.#components = components;
    this.#candidates = candidatesOf(address.url);
  }

  /** Never throws. Requests only a changed answer, if the server supports that. */
  async read(signal?: AbortSignal): Promise<Reading> {
    let first: Reading | null = null;
    for (const url of this.#candidates) {
      const { reading, validators } = await requestAircraft(
        {
          url,
          headers: this.#headers,
          authorization: this.#address.authorization,
          feed: 'readsb',
          known: this.#known,
        },
        this.#components,
        signal,
      );
      if (reading.kind === 'answer') [this.#candidates, this.#known] = [[url], validators];
      if (reading.kind !== 'unavailable' || reading.isElsewhere !== true) return reading;
      first ??= reading;
    }
    const reason = this.#candidates.length > 1 ? `no aircraft.json was found below it` : null;
    const last = first ?? { kind: 'unavailable', reason: 'it was not asked', retryAfterMs: null };
    return reason === null || last.kind !== 'unavailable' ? last : { ...last, reason };
  }
}
