import type { TableDefinition } from './table.ts';

/**
 * Who aircraft are, for those who have a register: registration, type and operator by address. Contrail reads it for the page,
 * and neither makes nor changes it: `docs/operating.md` says how to make it.
 */
export const REFERENCE_AIRCRAFT: TableDefinition = {
  name: 'reference/aircraft',
  grain:
    'One row per aircraft that a register knows. You make this table, where you have a register; Contrail only reads it.',
  key: ['icao24'],
  partitionColumns: [],
  properties: {},
  isOptional: true,
  isForeign: true,
  columns: [
    { name: 'icao24', type: 'string' },
    { name: 'registration', type: 'string' },
    { name: 'type_code', type: 'string' },
    { name: 'operator', type: 'string' },
  ],
};
