import type { Camera, Size } from './camera.ts';
import { drawGraticule } from './graticule.ts';
import type { Palette } from './ramp.ts';
import { tilesInView, type TileLevel, type TilePaths } from './tiles.ts';

/** Zoom from which each resolution is drawn. */
export const BASEMAP_LEVELS = [
  { name: '110m', fromZoom: 0 },
  { name: '50m', fromZoom: 3.2 },
  { name: '10m', fromZoom: 5.8 },
] as const;
export type BasemapName = (typeof BASEMAP_LEVELS)[number]['name'];

/** The resolution for a zoom. */
export function basemapFor(zoom: number): BasemapName {
  let name: BasemapName = '110m';
  for (const level of BASEMAP_LEVELS) if (zoom >= level.fromZoom) name = level.name;
  return name;
}

/** The files of tiles that a drawing has; what is not there yet is left out. */
export interface BasemapFiles {
  readonly land: TileLevel | undefined;
  /** Lakes and rivers. */
  readonly water: TileLevel | undefined;
  /** Borders of states and provinces. */
  readonly states: TileLevel | undefined;
}

/** At world scale a coastline would blur the islands: there the difference of the two fills is enough. */
const COAST_FROM_ZOOM = 2.2;
/** The same for lakes, of which there are many. */
const SHORES_FROM_ZOOM = 7.5;

/** Draws sea, land, water and borders of what the canvas (of this size in CSS pixels) shows. */
export function drawBasemap(
  context: CanvasRenderingContext2D,
  { land, water, states }: BasemapFiles,
  camera: Camera,
  size: Size & { readonly ratio: number },
  palette: Palette,
): void {
  const { ratio } = size;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = palette.sea;
  context.fillRect(0, 0, size.width, size.height);
  drawGraticule(context, camera, size, palette);
  if (land === undefined) return;
  // A round join takes twice as long, and nobody sees it on so thin a line.
  context.lineJoin = 'bevel';
  const each = (level: TileLevel, draw: (paths: TilePaths, unitPx: number) => void): void => {
    const { tiles, unitPx } = tilesInView(level, camera, size);
    for (const { paths, x, y } of tiles) {
      context.setTransform(ratio * unitPx, 0, 0, ratio * unitPx, ratio * x, ratio * y);
      draw(paths, unitPx);
    }
  };
  const stroke = (level: TileLevel, part: keyof TilePaths, colour: string, width_px: number): void => {
    context.strokeStyle = colour;
    each(level, (paths, unitPx) => {
      context.lineWidth = width_px / unitPx;
      context.stroke(paths[part]);
    });
  };
  const fill = (level: TileLevel, colour: string): void => {
    context.fillStyle = colour;
    each(level, ({ areas }) => context.fill(areas));
  };
  fill(land, palette.land);
  if (water !== undefined) {
    stroke(water, 'lines', palette.river, camera.zoom < 6 ? 0.7 : 1.1);
    fill(water, palette.sea);
    if (camera.zoom >= SHORES_FROM_ZOOM) stroke(water, 'shores', palette.coast, 0.5);
  }
  if (states !== undefined) stroke(states, 'lines', palette.state, 0.7);
  stroke(land, 'lines', palette.border, 0.9);
  if (camera.zoom >= COAST_FROM_ZOOM) stroke(land, 'shores', palette.coast, 0.75);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}
