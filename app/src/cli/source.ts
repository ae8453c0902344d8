import type { Settings } from '../config/settings.ts';
import { NdjsonSource } from '../ingest/ndjson/ndjson-source.ts';
import { ReplaySource } from '../ingest/replay/replay-source.ts';
import { SimulatorSource } from '../ingest/simulator/simulator-source.ts';
import type { Source } from '../ingest/source.ts';
import { ContrailError } from '../errors.ts';
import { loadAirports, SYSTEM } from './context.ts';
import { say } from './log.ts';

/** The source that the settings ask for. */
export async function chooseSource(
  settings: Settings,
  _signal: AbortSignal,
): Promise<{ readonly source: Source; readonly simulated: boolean | null }> {
  const spec = settings.source;
  if (spec === 'simulator') return simulator(settings);
  if (spec.startsWith('replay:')) return { source: new ReplaySource(spec.slice(7)), simulated: false };
  if (spec.startsWith('ndjson:')) return { source: new NdjsonSource(spec.slice(7)), simulated: null };
  if (spec === 'auto') {
    say(SIMULATED_NOTICE);
    return simulator(settings);
  }
  throw new ContrailError(
    'invalid',
    'source-unknown',
    `There is no source "${spec}". Known: auto, opensky, simulator, replay:PATH, ndjson:FILE.`,
  );
}

function simulator(settings: Settings): { readonly source: Source; readonly simulated: true } {
  const source = new SimulatorSource(
    { airports: loadAirports(), aircraft: settings.simulatedAircraft },
    SYSTEM,
  );
  return { source, simulated: true };
}

const SIMULATED_NOTICE = `
  ****************************************************************
  *  SIMULATED: OpenSky cannot be reached, so the aircraft are   *
  *  invented. They live in a lake of their own.                 *
  ****************************************************************
`;
