import { OPENSKY_FAULTS } from '../../ingest/mock/opensky-faults.ts';
import { ADSBX_FAULTS, READSB_FAULTS } from '../../ingest/mock/receiver-faults.ts';
import type { Fault } from '../../ingest/mock/reply.ts';
import { SBS_FAULTS, type SentLines } from '../../ingest/mock/sbs-faults.ts';

/** The feeds that there are mocks of. */
export const MOCK_KINDS = ['opensky', 'readsb', 'adsbx', 'sbs'] as const;
export type MockKind = (typeof MOCK_KINDS)[number];

/** A fault with its name, and what it is. */
export interface NamedFault<F> {
  readonly name: string;
  readonly says: string;
  readonly fault: F;
}

const named = <F>(faults: Readonly<Record<string, readonly [string, F]>>): readonly NamedFault<F>[] =>
  Object.entries(faults).map(([name, [says, fault]]) => ({ name, says, fault }));

/** What the answers of feeds that are asked over HTTP can have wrong. */
export const HTTP_FAULTS: Readonly<Record<Exclude<MockKind, 'sbs'>, readonly NamedFault<Fault>[]>> = {
  opensky: named<Fault>(OPENSKY_FAULTS),
  readsb: named<Fault>(READSB_FAULTS),
  adsbx: named<Fault>(ADSBX_FAULTS),
};

/** What lines can have wrong. */
export const LINE_FAULTS = named<(lines: readonly string[]) => SentLines>(SBS_FAULTS);

/** The faults of a feed, by name, and what each is. */
export const faultsOf = (kind: MockKind): readonly Omit<NamedFault<unknown>, 'fault'>[] =>
  kind === 'sbs' ? LINE_FAULTS : HTTP_FAULTS[kind];
