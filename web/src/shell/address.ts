/**
 * The pages, in the order of the rail. The address holds the state, so Back works and a link shows the same view. All
 * pages are in one folder, wherever a proxy puts it, and addresses are relative to it.
 */
export const PAGES = [
  { name: 'map', file: '', label: 'Map' },
  { name: 'traffic', file: 'traffic', label: 'Traffic' },
  { name: 'pipeline', file: 'pipeline', label: 'Pipeline' },
] as const;
export type PageName = (typeof PAGES)[number]['name'];

/** The page of a path, by its last part; an unknown one is the map. */
export function pageOf(path: string): PageName {
  return PAGES.find(({ file }) => file === path.slice(path.lastIndexOf('/') + 1))?.name ?? 'map';
}

/** The address of a page with these parameters, relative to any page; empty ones are left out. */
export function addressOf(page: PageName, parameters: Readonly<Record<string, string | null>>): string {
  const path = `./${PAGES.find(({ name }) => name === page)?.file ?? ''}`;
  const query = Object.entries(parameters)
    .filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== '')
    // Commas and tildes are legal in a query and far easier to read.
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`);
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}
