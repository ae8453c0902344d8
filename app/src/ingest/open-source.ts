import type { Readable } from 'node:stream';
import { ContrailError } from '../errors.ts';
import type { Airport } from '../flight/airports.ts';
import type { Runway } from '../flight/runways.ts';
import { AdsbxSource, type AdsbxOptions } from './adsbx/adsbx-source.ts';
import { isAreaForm } from './adsbx/service.ts';
import { ArchiveSource } from './archive/archive-source.ts';
import type { LiveComponents } from './components.ts';
import { NdjsonSource } from './ndjson/ndjson-source.ts';
import { type OpenSkyOptions, OpenSkySource } from './opensky/opensky-source.ts';
import { ReadsbSource } from './readsb/readsb-source.ts';
import { type ReplayOptions, ReplaySource } from './replay/replay-source.ts';
import { type SbsOptions, SbsSource } from './sbs/sbs-source.ts';
import { type SimulatorOptions, SimulatorSource } from './simulator/simulator-source.ts';
import type { Source } from './source.ts';

/** The parts for making sources; each takes what it needs. */
export interface SourceComponents extends LiveComponents {
  readonly opensky?: OpenSkyOptions;
  readonly adsbx?: AdsbxOptions;
  readonly simulator?: Omit<SimulatorOptions, 'airports' | 'runways'>;
  readonly replay?: ReplayOptions;
  readonly sbs?: SbsOptions;
  /** Read only for the simulator. */
  readonly airports: () => readonly Airport[];
  /** Read only for the simulator. */
  readonly runways?: () => readonly Runway[];
  /** Read for `ndjson:-`. */
  readonly stdin: Readable;
}

/** The forms that {@link openSource} takes, for help texts. */
export const SOURCE_FORMS = [
  'opensky',
  'simulator',
  'readsb:URL|FILE',
  'sbs:HOST:PORT',
  'adsblol:LAT,LON,NM',
  'adsbfi:LAT,LON,NM',
  'airplaneslive:LAT,LON,NM',
  'adsbx:URL',
  'replay:PATH',
  'archive:PATH',
  'ndjson:FILE',
] as const;

/**
 * Makes a source from the text that a person typed. Nothing is opened or requested before the first poll. `auto` is not
 * a source but a choice between two, made by the caller with {@link OpenSkySource.probe}.
 *
 * @throws ContrailError `invalid` / `source-unknown` for anything but {@link SOURCE_FORMS}; `invalid` / `opensky-box`, `sbs-address`, `feed-area`.
 */
export function openSource(spec: string, components: SourceComponents): Source {
  const colon = spec.indexOf(':');
  const kind = colon < 0 ? spec : spec.slice(0, colon);
  const rest = colon < 0 ? '' : spec.slice(colon + 1);
  if (spec === 'opensky') return new OpenSkySource(components.opensky ?? {}, components);
  if (spec === 'simulator') {
    const world = {
      airports: components.airports(),
      ...(components.runways !== undefined && { runways: components.runways() }),
    };
    return new SimulatorSource({ ...components.simulator, ...world }, components);
  }
  if (kind === 'readsb' && rest !== '') return new ReadsbSource(rest, components);
  if (isAreaForm(kind)) return AdsbxSource.ofArea(kind, rest, components.adsbx ?? {}, components);
  if (kind === 'adsbx') {
    const source = AdsbxSource.ofUrl(rest, components.adsbx ?? {}, components);
    if (source !== null) return source;
  }
  if (kind === 'replay' && rest !== '') return new ReplaySource(rest, components, components.replay);
  if (kind === 'ndjson' && rest !== '') return new NdjsonSource(rest, { stdin: components.stdin });
  if (kind === 'sbs' && rest !== '') return new SbsSource(rest, components, components.sbs);
  if (kind === 'archive' && rest !== '') return new ArchiveSource(rest);
  throw new ContrailError(
    'source-unknown',
    `There is no source ${JSON.stringify(spec)}. The sources are ${SOURCE_FORMS.join(', ')}; see docs/feeds.md.`,
    { facts: { source: spec } },
  );
}
