import type { TableDefinition } from './table.ts';

/**
 * Derived from `reference/airports` so that "the truly nearest airport" is one join in SQL: for each cell of one
 * degree, every airport that is the nearest one somewhere in the cell (`flight/airport-cells.ts` has the proof).
 */
export const REFERENCE_AIRPORT_CELLS: TableDefinition = {
  name: 'reference/airport_cells',
  grain: 'One row per one-degree cell and airport that can be the nearest one to a point of the cell.',
  key: ['cell', 'ident'],
  partitionColumns: [],
  properties: {},
  columns: [
    { name: 'cell', type: 'integer' },
    { name: 'ident', type: 'string' },
    { name: 'latitude', type: 'double' },
    { name: 'longitude', type: 'double' },
    { name: 'x', type: 'double' },
    { name: 'y', type: 'double' },
    { name: 'z', type: 'double' },
  ],
};
