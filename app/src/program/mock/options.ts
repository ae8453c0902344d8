import type { Circle } from '../../ingest/adsbx/circles.ts';
import type { LiveComponents } from '../../ingest/components.ts';
import type { Traffic } from '../../ingest/mock/traffic.ts';
import type { Bucket } from '../../ingest/opensky/credits.ts';
import type { MockKind } from './faults.ts';

/** What a mock serves, where, and with which faults. */
export interface MockOptions {
  readonly kind: MockKind;
  /** `simulator`, or the path of recordings. */
  readonly from: string;
  readonly aircraft: number;
  readonly seed: number;
  /** How often positions change, or the next recording comes; null: as the feed does it. */
  readonly paceMs: number | null;
  /** Only aircraft within it; null: all. */
  readonly around: Circle | null;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Names of faults. */
  readonly faults: readonly string[];
  /** Of all answers, 0 to 1. */
  readonly share: number;
  /** OpenSky alone: the account that there is, besides anonymous use. */
  readonly account: Bucket;
  /** OpenSky alone: credits of a period, in place of those of the account. */
  readonly credits: number | null;
  /** OpenSky alone: how long a token lasts. */
  readonly tokenMs: number;
  /** readsb alone: a file that is written too. */
  readonly file: string | null;
  /** sbs alone: lines a second; null: two for each aircraft. */
  readonly lines: number | null;
}

/** A mock without faults, as the command serves it without flags. */
export const PLAIN_MOCK: Omit<MockOptions, 'kind'> = {
  from: 'simulator',
  aircraft: 1000,
  seed: 1,
  paceMs: null,
  around: null,
  host: '127.0.0.1',
  port: 0,
  faults: [],
  share: 1 / 20,
  account: 'anonymous',
  credits: null,
  tokenMs: 1_800_000,
  file: null,
  lines: null,
};

/** A mock that serves. */
export interface OpenMock extends AsyncDisposable {
  /** What a program is to ask. */
  readonly url: string;
  /** The command that points Contrail at it. */
  readonly command: string;
  /** What was served, and how much of it with faults. */
  summary(): string;
}

/** Told in words of each fault, and of what does not work, as it happens. */
export type Tell = (what: string) => void;

/** Real feeds they are not, so their data stay apart. */
export const MOCK_DATA = '--data data-mock';

/** What each kind of mock is made of. */
export interface MockSetting {
  readonly options: MockOptions;
  readonly paceMs: number;
  readonly traffic: Traffic;
  readonly components: LiveComponents;
  readonly tell: Tell;
}
