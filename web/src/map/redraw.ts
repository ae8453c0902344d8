/**
 * Decides when the aircraft must be drawn again: when a picture has come or something has moved a third of a pixel. At world zoom an
 * airliner takes half a minute for that, at zoom 8 half a second. So a map at rest costs next to nothing, and no
 * visible movement is missed.
 */

/** A smaller step cannot be seen. */
export const VISIBLE_STEP_PX = 1 / 3;

/** The longest time without a drawing, even if nothing moves, because aircraft fade with age. */
export const LONGEST_REST_MS = 5000;

/** One display frame at 60 Hz. */
export const SHORTEST_REST_MS = 16;

/** Feeds that answer more often than this, seconds, have always some aircraft that glides. */
const OFTEN_S = 20;

/**
 * A shorter glide, CSS pixels, is a step that nobody minds: no drawing is made to smooth it. More where positions come so often
 * that the map would never rest.
 */
export function smallestGlide_px(pace_s: number): number {
  return pace_s < OFTEN_S ? 6 : 2;
}

/** However fast things move, drawing takes at most a third of the time: a rest is twice as long as the drawing before. */
const REST_OF_DRAWING = 2;

/** How long until the aircraft must be drawn again, ms, if the fastest of them moves at this speed on the screen. */
export function restAfterDraw_ms(fastest_px_per_s: number): number {
  if (!(fastest_px_per_s > 0)) return LONGEST_REST_MS;
  const rest = (VISIBLE_STEP_PX / fastest_px_per_s) * 1000;
  return Math.min(LONGEST_REST_MS, Math.max(SHORTEST_REST_MS, rest));
}

/**
 * A new picture is drawn at once when the drawing before is this old, ms, and else when it is: a turn, a climb or an
 * aircraft that was heard again changes how an aircraft looks where nothing has moved.
 */
export const PICTURE_REST_MS = 500;

/** During a gesture, the shortest time between full drawings, ms; in between the canvas is transformed. */
export const DRAW_WHILE_MOVING_MS = 250;
/** The last full drawing comes this long after the last input, ms. */
export const SETTLE_MS = 120;

/**
 * What is due to be drawn. The camera rests, or it has moved since the view (coastlines, names and aircraft) was drawn last:
 *
 *     resting ──moved──> moving ──SETTLE_MS without another move: drewView──> resting
 *                          └──DRAW_WHILE_MOVING_MS since the last drawing: drewView──> moving
 *
 * A resting map draws only the aircraft, when they have moved visibly. A moving map draws them with the view, unless
 * they were invalidated. All times are of one clock that never goes back, ms. The view is due from the start.
 */
export class Redraw {
  /** When the view is due; infinite while it rests. */
  #viewDue = 0;
  #aircraftDue = 0;
  #lastAircraft = Number.NEGATIVE_INFINITY;
  #leastRest = 0;
  #lastView = Number.NEGATIVE_INFINITY;

  /** The aircraft are due at once: a row was added, removed or jumped. */
  invalidate(): void {
    this.#aircraftDue = 0;
  }

  /** Everything is due at once. */
  invalidateView(): void {
    this.#viewDue = 0;
    this.#lastView = Number.NEGATIVE_INFINITY;
  }

  /** The camera has moved. */
  moved(now: number): void {
    this.#viewDue = now + SETTLE_MS;
  }

  /** What to draw at a display frame; `view` has the aircraft with it. */
  due(now: number): 'view' | 'aircraft' | null {
    const isMoving = this.#viewDue !== Number.POSITIVE_INFINITY;
    if (isMoving && (now >= this.#viewDue || now - this.#lastView >= DRAW_WHILE_MOVING_MS)) return 'view';
    const isDue = now >= this.#aircraftDue && (!isMoving || this.#aircraftDue === 0);
    return isDue ? 'aircraft' : null;
  }

  /** Whether the camera is on its way at a time: another drawing follows soon. */
  isMoving(now: number): boolean {
    return this.#viewDue !== Number.POSITIVE_INFINITY && now < this.#viewDue;
  }

  /** The view was drawn, at the time for which {@link due} was asked. */
  drewView(now: number): void {
    this.#lastView = now;
    if (now >= this.#viewDue) this.#viewDue = Number.POSITIVE_INFINITY;
  }

  /** A picture has come, in which the fastest aircraft moves at this speed on the screen: it is due no later than that asks for. */
  pictureCame(fastest_px_per_s: number): void {
    const rest = Math.min(PICTURE_REST_MS, restAfterDraw_ms(fastest_px_per_s));
    this.#aircraftDue = Math.min(this.#aircraftDue, this.#lastAircraft + Math.max(this.#leastRest, rest));
  }

  /** The aircraft were drawn, which took so long, and the fastest of them moves at this speed on the screen. */
  drewAircraft(now: number, fastest_px_per_s: number, took_ms: number): void {
    this.#lastAircraft = now;
    this.#leastRest = (1 + REST_OF_DRAWING) * took_ms;
    this.#aircraftDue = now + Math.max(this.#leastRest, restAfterDraw_ms(fastest_px_per_s));
  }
}
