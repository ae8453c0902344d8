import { MAX_SLOTS } from 'contrail/wire/columns';
import { CATEGORY_MASK, FASTEST, ON_GROUND, UNITS_PER, VALID } from 'contrail/wire/units';
import type { Picture } from '../live/picture.ts';
import { glyphOf } from './glyph.ts';
import { worldPerMetre, worldX, worldY } from './projection.ts';
import { altitudeClass } from './ramp.ts';

/**
 * What the map needs of each aircraft at every drawing, by slot, computed once per change. It belongs to one picture
 * and is up to date as of the last {@link follow}.
 */
export class Placed {
  readonly picture: Picture;
  /** World position (see projection.ts) at the picture's `timePosition`, and its change per second. */
  readonly x = new Float64Array(MAX_SLOTS);
  readonly y = new Float64Array(MAX_SLOTS);
  readonly vx = new Float64Array(MAX_SLOTS);
  readonly vy = new Float64Array(MAX_SLOTS);
  /** See ramp.ts. */
  readonly altitudeClass = new Uint8Array(MAX_SLOTS);
  /** Glyph family, see glyph.ts. */
  readonly kind = new Uint8Array(MAX_SLOTS);
  /** The last frame of the picture that was taken in. */
  #followed = 0;

  constructor(picture: Picture) {
    this.picture = picture;
    this.follow();
  }

  /** Takes in what the picture has changed since the last time. */
  follow(): void {
    const { applied, slots, changedBy } = this.picture;
    if (applied === this.#followed) return;
    for (let slot = 0; slot < slots; slot++) if ((changedBy[slot] ?? 0) > this.#followed) this.#place(slot);
    this.#followed = applied;
  }

  #place(slot: number): void {
    const { columns } = this.picture;
    const valid = columns.validity[slot] ?? 0;
    const category = columns.category[slot] ?? 0;
    const velocity = columns.velocity[slot] ?? 0;
    const onGround = (valid & VALID.on_ground) !== 0 && (category & ON_GROUND) !== 0;
    const latitude = (columns.latitude[slot] ?? 0) / UNITS_PER.degree;
    this.x[slot] = worldX((columns.longitude[slot] ?? 0) / UNITS_PER.degree);
    this.y[slot] = worldY(latitude);
    const steers = velocity <= FASTEST && (valid & VALID.velocity) !== 0 && (valid & VALID.true_track) !== 0;
    const step = steers ? (velocity / UNITS_PER.velocity) * worldPerMetre(latitude) : 0;
    const radians = ((columns.true_track[slot] ?? 0) / UNITS_PER.true_track) * (Math.PI / 180);
    this.vx[slot] = Math.sin(radians) * step;
    this.vy[slot] = -Math.cos(radians) * step;
    const altitude = (valid & VALID.altitude) === 0 ? null : (columns.altitude[slot] ?? 0);
    this.altitudeClass[slot] = altitudeClass(altitude, onGround);
    this.kind[slot] = glyphOf(category & CATEGORY_MASK, onGround);
  }
}
