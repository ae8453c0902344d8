import { readFile } from 'node:fs/promises';

const NAMES = [
  'newest-sightings',
  'traffic',
  'traffic-range',
  'categories',
  'track',
  'registered',
  'replay',
  'volume',
] as const;

/** The text of each `.sql` file beside this one, by name. */
export type Queries = Readonly<Record<(typeof NAMES)[number], string>>;

/** Reads the queries, once per server. */
export async function loadQueries(): Promise<Queries> {
  const texts = await Promise.all(
    NAMES.map(
      async (name) => [name, await readFile(new URL(`${name}.sql`, import.meta.url), 'utf8')] as const,
    ),
  );
  return Object.fromEntries(texts) as Queries;
}
