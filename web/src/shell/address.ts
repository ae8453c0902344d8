import { FILTER_PARAMETERS } from '../filter/filter.ts';
import type { Parameters } from '../state/address.ts';

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

/**
 * What stays when the page changes: the filter, the time range, the chosen aircraft, those compared with it, the list,
 * the moment that is replayed, and the place with distance rings.
 */
export const SHARED_PARAMETERS: readonly string[] = [
  ...FILTER_PARAMETERS,
  'windows',
  'icao24',
  'compare',
  'list',
  'sort',
  't',
  'speed',
  'rings',
];

/** The page of a path, by its last part; an unknown one is the map. */
export function pageOf(path: string): PageName {
  return PAGES.find(({ file }) => file === path.slice(path.lastIndexOf('/') + 1))?.name ?? 'map';
}

/** Those parameters that stay when the page changes. */
export function sharedOf(parameter: (name: string) => string | null): Parameters {
  return Object.fromEntries(SHARED_PARAMETERS.map((name) => [name, parameter(name)]));
}

/** The address of a page with these parameters, relative to any page. */
export function addressOf(page: PageName, parameters: Parameters): string {
  const path = `./${PAGES.find(({ name }) => name === page)?.file ?? ''}`;
  const query = Object.entries(parameters)
    .filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== '')
    .map(([name, value]) => `${name}=${readable(encodeURIComponent(value))}`);
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}

/** Commas, semicolons and question marks are legal in a query and far easier to read. */
function readable(encoded: string): string {
  return encoded.replaceAll(/%(2C|3B|3F)/g, (code) => decodeURIComponent(code));
}
