import type { Settings } from '../config/settings.ts';
import type { AllTurns } from '../ingest/adsbx/turns.ts';
import { openSource, type SourceComponents } from '../ingest/open-source.ts';
import { OpenSkySource } from '../ingest/opensky/opensky-source.ts';
import type { Source } from '../ingest/source.ts';
import { loadAirports } from './airports.ts';
import { loadRunways } from './runways.ts';
import { openSkyOptions } from './opensky-options.ts';
import { say } from './terminal/say.ts';
import { SYSTEM } from './system.ts';

/**
 * Opens the sources in the settings. `auto` asks OpenSky, for at most some seconds; if OpenSky does not answer, it
 * takes the simulator and prints that in a frame.
 */
export async function chooseSources(
  settings: Settings,
  signal: AbortSignal,
): Promise<{ readonly sources: readonly Source[]; readonly simulated: boolean | null }> {
  const components = componentsOf(settings);
  if (settings.source !== 'auto') {
    const sources = settings.sources.map((spec) => openSource(spec, components));
    // The kind of live feeds is known before the first message; a file among them must be of the same kind.
    const known = sources.find(({ simulated }) => simulated !== null);
    return { sources, simulated: known?.simulated ?? null };
  }
  const opensky = new OpenSkySource(components.opensky ?? {}, components);
  const probe = await opensky.probe({ signal });
  if (probe.kind === 'reachable') return { sources: [opensky], simulated: false };
  say(simulatedNotice(probe.reason));
  return { sources: [openSource('simulator', components)], simulated: true };
}

/** One of the sources that the settings name, but `auto`, with other parts where they are given. Nothing is asked yet. */
export const sourceNamed = (
  settings: Settings,
  spec: string,
  parts: Partial<Pick<SourceComponents, 'fetch' | 'sbs'>> = {},
): Source => openSource(spec, Object.assign(componentsOf(settings), parts));

/** Whether a source goes on while nobody takes its polls; a file waits. */
export const isLive = ({ name }: Source): boolean => !/^(replay|ndjson|archive):/.test(name);

/** Sources of this process that use the same service share its limits. */
const TURNS: AllTurns = new Map();

function componentsOf(settings: Settings): SourceComponents {
  return {
    ...SYSTEM,
    // Not before it is needed: it reads files.
    get opensky() {
      return openSkyOptions(settings);
    },
    adsbx: {
      key: settings.adsbxApiKey,
      intervalMs: settings.adsbxIntervalMs,
      turns: TURNS,
      ...(settings.adsbxOrigin !== null && { origin: settings.adsbxOrigin }),
    },
    simulator: { aircraft: settings.simulatedAircraft, paceMs: settings.simulatedPaceMs },
    replay: { speed: settings.replaySpeed },
    airports: loadAirports,
    runways: loadRunways,
    stdin: process.stdin,
  };
}

const RULE = '*'.repeat(74);

const simulatedNotice = (reason: string): string =>
  `\n${RULE}\n  SIMULATED: these aircraft are invented, not real flights.\n  ${reason}\n  They are kept in a separate lake. For real positions: --source opensky\n${RULE}`;
