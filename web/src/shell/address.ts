/** The pages, in the order of the rail; the address is the state, so Back works and a link shows what was seen. */
export const PAGES = [
  { name: 'map', path: '/', label: 'Map' },
  { name: 'traffic', path: '/traffic', label: 'Traffic' },
  { name: 'pipeline', path: '/pipeline', label: 'Pipeline' },
] as const;
export type PageName = (typeof PAGES)[number]['name'];

/** The page of a path; an unknown path is the map. */
export function pageOf(path: string): PageName {
  return PAGES.find((page) => page.path === path.replace(/(.)\/+$/, '$1'))?.name ?? 'map';
}

/** The path of a page with these parameters; empty ones are left out. */
export function addressOf(page: PageName, parameters: Readonly<Record<string, string | null>>): string {
  const path = PAGES.find(({ name }) => name === page)?.path ?? '/';
  const query = Object.entries(parameters)
    .filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== '')
    // Commas and tildes are legal in a query and far easier to read.
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`);
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}
