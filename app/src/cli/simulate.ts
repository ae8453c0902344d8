import { once } from 'node:events';
import { encodeStateVector } from '../flight/state-vector.ts';
import { simulate } from '../ingest/simulator/simulate.ts';
import { loadAirports } from '../program/airports.ts';
import { loadRunways } from '../program/runways.ts';

/** `contrail simulate`: topic messages on stdout, the same bytes for the same arguments. */
export async function simulateToStdout(options: {
  readonly aircraft: number;
  readonly polls: number;
  readonly intervalSeconds: number;
  readonly seed: number;
}): Promise<void> {
  for (const vectors of simulate({ ...options, airports: loadAirports(), runways: loadRunways() })) {
    let text = '';
    for (const vector of vectors) text += `${encodeStateVector(vector)}\n`;
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  }
}
