import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../config/secret.ts';
import type { Settings } from '../config/settings.ts';
import { ContrailError } from '../errors.ts';
import { boxOf } from '../ingest/area.ts';
import type { OpenSkyOptions } from '../ingest/opensky/opensky-source.ts';
import type { Credentials } from '../ingest/opensky/token.ts';
import { loadAirports } from './airports.ts';
import { newData } from './data-folder.ts';

/** Where a restart finds what was spent of OpenSky's credits. */
export const creditFile = (data: string): string => join(data, 'opensky-credits.json');

/**
 * How the settings want OpenSky to be asked.
 * @throws ContrailError `invalid` / `area-unknown`, `opensky-credentials-unreadable`
 */
export function openSkyOptions(settings: Settings): OpenSkyOptions {
  const { openskyUrl, areas, credits } = settings;
  // A token of the real account goes to the real server alone.
  const tokenUrl = settings.openskyTokenUrl ?? (openskyUrl && new URL('/token', openskyUrl).href);
  return {
    credentials: credentialsOf(settings),
    areas: areas.map((area) => boxOf(area, loadAirports)),
    credits,
    creditFile: creditFile(newData(settings, false)),
    ...(openskyUrl !== null && { baseUrl: openskyUrl }),
    ...(tokenUrl !== null && { tokenUrl }),
  };
}

function credentialsOf({
  openskyClientId,
  openskyClientSecret,
  openskyCredentials,
}: Settings): Credentials | null {
  if (openskyCredentials !== null) return readCredentials(openskyCredentials);
  return openskyClientId === null || openskyClientSecret === null
    ? null
    : { clientId: openskyClientId, clientSecret: openskyClientSecret };
}

/** The file that OpenSky's account page gives: `{"clientId": "…", "clientSecret": "…"}`. */
function readCredentials(path: string): Credentials {
  const unreadable = (found: string): ContrailError =>
    new ContrailError(
      'opensky-credentials-unreadable',
      `The OpenSky credentials in ${path} (OPENSKY_CREDENTIALS) cannot be used: ${found}. It must be the file that your ` +
        `account page gives: {"clientId": "…", "clientSecret": "…"}.`,
    );
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(`the file cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    // Not the parser's own words: they would show a piece of the secret.
    throw unreadable('it is not JSON');
  }
  const { clientId, clientSecret } = (json ?? {}) as Readonly<Record<string, unknown>>;
  if (
    typeof clientId !== 'string' ||
    typeof clientSecret !== 'string' ||
    clientId === '' ||
    clientSecret === ''
  ) {
    throw unreadable('it has no clientId and clientSecret');
  }
  return { clientId, clientSecret: new Secret(clientSecret) };
}
