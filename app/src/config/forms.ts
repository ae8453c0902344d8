/** The forms that the text of a variable may have: how each is checked, what it becomes, and how a mistake is described. */
import { AREA_FORMS, parseAreas, parseBox } from './area.ts';
import { parseDuration, parseSize } from './quantity.ts';
import { Secret } from './secret.ts';
import { splitSources, togetherProblem } from './source-list.ts';

/** How OpenSky's credits are spent; see docs/decisions/0015-credits.md. */
export const CREDIT_MODES = ['watch', 'save', 'even'] as const;
export type CreditMode = (typeof CREDIT_MODES)[number];

/** Levels of log lines, the lowest first. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How Kafka's brokers can be logged in to. */
export const SASL_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const;
export type SaslMechanism = (typeof SASL_MECHANISMS)[number];

/** The value of a text, or what was expected instead: it completes the sentence "expected …". */
export type Form<T> = (text: string) => { readonly value: T } | { readonly expected: string };

/** A check of a text; `expected` completes the sentence "expected …". */
export function parsed<T>(expected: string, parse: (text: string) => T | null): Form<T> {
  return (text) => {
    const value = parse(text);
    return value === null ? { expected } : { value };
  };
}

/** A text that is kept as it is. */
export function matching(expected: string, pattern: RegExp): Form<string> {
  return parsed(expected, (text) => (pattern.test(text) ? text : null));
}

/** One of a few words. */
export function oneOf<T extends string>(words: readonly T[]): Form<T> {
  return parsed(`one of ${words.join(', ')}`, (text) => words.find((word) => word === text) ?? null);
}

/** One source, or several with commas between. */
export function sources(expected: string, one: RegExp): Form<string> {
  return (text) => {
    const named = splitSources(text);
    const problem = named.every((source) => one.test(source)) ? togetherProblem(named) : expected;
    return problem === null ? { value: text } : { expected: problem };
  };
}

/** A whole number, both bounds included. */
export function whole(min: number, max: number): Form<number> {
  return parsed(`a whole number from ${min} to ${max}`, (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : null;
  });
}

/** An address of a web page, without the slash at its end. */
export const pageAddress = parsed('an address starting with http:// or https://', (text) =>
  /^https?:\/\/\S+$/.test(text) ? text.replace(/\/+$/, '') : null,
);
/** Where to listen: a port of this machine, or of an address of it. */
export const address = parsed('a port, or a host and a port, as 8502 or 0.0.0.0:8502', (text) => {
  const [, six, name, digits = ''] = /^(?:(?:\[([\da-f:.]+)\]|([^\s:[\]/]+)):)?(\d{1,5})$/i.exec(text) ?? [];
  const port = digits === '' ? Number.NaN : Number(digits);
  return port <= 65_535 ? { host: six ?? name ?? '127.0.0.1', port } : null;
});
/** A list of names. */
export const hostNames = parsed('names of hosts without a port, several with commas between', (text) => {
  const names = text.split(',').map((name) => name.trim());
  return names.every((name) => /^[\w.-]+$/.test(name)) ? names : null;
});
export const anyText = parsed('some text', (text) => text);
/** A text that no message and no log shows. */
export const secret = parsed('some text', (text) => new Secret(text));
const PROXY_SCHEME = /^[a-z][a-z\d+.-]*:\/\//i;
/** An address of a proxy, with http:// where it names no scheme; secret, because it may hold a password. */
export const proxy = parsed('an address as http://proxy.example:3128 (http, https or socks5)', (text) => {
  const address = PROXY_SCHEME.test(text) ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  return url !== null && /^(https?|socks5):$/.test(url.protocol) && url.hostname !== ''
    ? new Secret(address)
    : null;
});
/** Milliseconds. */
export const duration = parsed(
  'a duration above 0 with its unit, such as 500ms, 5s, 2m, 12h or 7d',
  parseDuration,
);
/** Milliseconds; long enough for readers of a version. */
export const retention = parsed('a duration of at least 10m with its unit, such as 15m, 1h or 2d', (text) => {
  const ms = parseDuration(text);
  return ms !== null && ms >= 600_000 ? ms : null;
});
/** Milliseconds between two polls of the simulator. */
export const simulatedPace = parsed(
  'a duration from 100ms to 1d with its unit, such as 1s or 86.4s',
  (text) => {
    const ms = parseDuration(text);
    return ms !== null && ms >= 100 && ms <= 86_400_000 ? ms : null;
  },
);
/** How many times as fast as it was recorded; Infinity: as fast as possible. */
export const speed = parsed('max, or a number from 0.1 to 1000 such as 1 or 100', (text) => {
  if (text === 'max') return Infinity;
  const times = /^\d+(\.\d+)?x?$/.test(text) ? Number(text.replace('x', '')) : Number.NaN;
  return times >= 0.1 && times <= 1000 ? times : null;
});
/** Bytes. */
export const size = parsed('a size above 0 with its unit, such as 512MB or 8GiB', parseSize);
export const sizeOrNothing = parsed('a size with its unit, such as 500MB or 2GiB, or 0', (text) =>
  text === '0' ? 0 : parseSize(text),
);
export const box = parsed(
  'lamin,lomin,lamax,lomax in degrees, from south to north and from west to east, as 45.8,5.9,47.8,10.5',
  parseBox,
);
export const areas = parsed(AREA_FORMS, parseAreas);
