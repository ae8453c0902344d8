/**
 * How much the map shows of each aircraft: decided by how many are on the screen, not by the zoom alone. Each decision
 * takes the one before, and gives it up only when the number is well past the limit: with a number that wavers around
 * a limit the map does not flip.
 */

/** How many there are in a place, a square of two pixels each, a small icon, or an icon as large as the zoom allows. */
export type AircraftStyle = 'density' | 'square' | 'small' | 'icon';

/** Nothing, the callsign, or the callsign with altitude and speed. */
export type LabelLevel = 0 | 1 | 2;

/** What the decisions depend on: aircraft in the view, its size in CSS pixels, its zoom. */
export interface OnScreen {
  readonly number: number;
  readonly width: number;
  readonly height: number;
  readonly zoom: number;
}

/** A small icon, with the space that lets its heading be seen, CSS pixels². */
const SMALL_ICON_PX2 = 100;
/** Icons may take this share of the view; aircraft stand in flocks, so at that share the densest places just fill up. */
const MOST_COVERED = 0.5;
/** Whatever the size of the view: so many icons take about 30 ms to draw, and squares of so many hide each other. */
const MOST_ICONS = 7000;
/** From this share on icons are small. */
const SMALL_FROM = 0.1;
/** A limit holds until the number is this far past it. */
const SLACK = 1.2;
/** The same for limits of the zoom, levels. */
const ZOOM_SLACK = 0.25;

/** How aircraft are drawn. `before` is the last answer, null at the start. */
export function aircraftStyle(screen: OnScreen, before: AircraftStyle | null): AircraftStyle {
  const most = Math.min(MOST_ICONS, (MOST_COVERED * screen.width * screen.height) / SMALL_ICON_PX2);
  const few = (SMALL_FROM * screen.width * screen.height) / SMALL_ICON_PX2;
  if (screen.number > held(MOST_ICONS, before !== null && before !== 'density')) return 'density';
  const hadIcons = before === 'small' || before === 'icon';
  if (screen.number > held(most, hadIcons)) return 'square';
  return screen.number > held(few, before === 'icon') ? 'small' : 'icon';
}

/** From so many aircraft in view down, or from this zoom and so many down, there are labels of each level. */
const LABELS = [
  { level: 2, always: 15, fromZoom: 7.5, most: 90 },
  { level: 1, always: 60, fromZoom: 4.8, most: 450 },
] as const;

/** How much the labels say. `before` is the last answer, 0 at the start. */
export function labelLevel({ number, zoom }: OnScreen, before: LabelLevel): LabelLevel {
  for (const { level, always, fromZoom, most } of LABELS) {
    const isHeld = before >= level;
    const isNear = zoom >= fromZoom - (isHeld ? ZOOM_SLACK : 0);
    if (number <= held(always, isHeld) || (isNear && number <= held(most, isHeld))) return level;
  }
  return 0;
}

/** A drawing of icons that took longer than this is too slow to be made while the map is dragged, ms. */
const SLOW_MS = 40;

/** How aircraft are drawn while the map is dragged, where the last drawing of icons took so long: those cost ten times as much as squares. */
export function styleWhileMoving(style: AircraftStyle, took_ms: number): AircraftStyle {
  return took_ms > SLOW_MS && (style === 'icon' || style === 'small') ? 'square' : style;
}

/** Both decisions, each with its last answer. */
export class Detail {
  labels: LabelLevel = 0;
  #style: AircraftStyle | null = null;

  get style(): AircraftStyle {
    return this.#style ?? 'square';
  }

  decide(screen: OnScreen): void {
    this.#style = aircraftStyle(screen, this.#style);
    this.labels = labelLevel(screen, this.labels);
  }
}

/** The limit, and some more where it was kept the last time. */
function held(limit: number, isHeld: boolean): number {
  return isHeld ? limit * SLACK : limit;
}
