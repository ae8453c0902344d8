-- Grain:  one row per cell of the globe.
-- Key:    cell
-- Reads:  airport_cells (the airports that can be the nearest one in a cell, as points of the unit sphere)
-- Kept as airports_by_cell. A cell's airports lie in one row: the nearest is found within the row of a position, and no
-- row is multiplied.
select cell, array_agg(airport_point(ident, elevation_m, x, y, z)) as airports
from airport_cells
group by cell
