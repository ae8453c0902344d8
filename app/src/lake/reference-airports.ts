import type { TableDefinition } from './table.ts';

/** The large and medium airports in use, from OurAirports (public domain). Replaced whole when the data changes. */
export const REFERENCE_AIRPORTS: TableDefinition = {
  name: 'reference/airports',
  grain: 'One row per large or medium airport in use.',
  key: ['ident'],
  partitionColumns: [],
  properties: {},
  columns: [
    { name: 'ident', type: 'string' },
    { name: 'name', type: 'string' },
    { name: 'type', type: 'string' },
    { name: 'iata', type: 'string' },
    { name: 'country', type: 'string' },
    { name: 'latitude', type: 'double' },
    { name: 'longitude', type: 'double' },
    { name: 'elevation_m', type: 'double' },
  ],
};
