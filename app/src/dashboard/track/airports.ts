import { readFile } from 'node:fs/promises';
import { type Airport, parseAirports } from '../../flight/airports.ts';

/** What an answer says of an airport. */
export type AirportFacts = Pick<Airport, 'name' | 'elevation_m'>;

/** The airport with this ident; null if the list does not have it. */
export type FindAirport = (ident: string) => AirportFacts | null;

/** Reads the list of airports when it is first asked for. */
export function airportList(): () => Promise<FindAirport> {
  let reading: Promise<FindAirport> | null = null;
  return () => (reading ??= read());
}

async function read(): Promise<FindAirport> {
  const text = await readFile(new URL('../../lake/airports.json', import.meta.url), 'utf8');
  const airports = new Map(
    parseAirports(JSON.parse(text)).map(
      ({ ident, name, elevation_m }) => [ident, { name, elevation_m }] as const,
    ),
  );
  return (ident) => airports.get(ident) ?? null;
}
