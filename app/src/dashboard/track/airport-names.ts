import { readFile } from 'node:fs/promises';
import { parseAirports } from '../../flight/airports.ts';

/** The name of the airport with this ident; null if the list does not have it. */
export type AirportName = (ident: string) => string | null;

/** Reads the names of airports when they are first asked for. */
export function airportNames(): () => Promise<AirportName> {
  let reading: Promise<AirportName> | null = null;
  return () => (reading ??= read());
}

async function read(): Promise<AirportName> {
  const text = await readFile(new URL('../../lake/airports.json', import.meta.url), 'utf8');
  const names = new Map(parseAirports(JSON.parse(text)).map(({ ident, name }) => [ident, name] as const));
  return (ident) => names.get(ident) ?? null;
}
