import { MAX_SLOTS } from 'contrail/wire/columns';
import { CATEGORY_MASK, FASTEST, ON_GROUND, UNITS_PER, VALID } from 'contrail/wire/units';
import type { Picture } from '../live/picture.ts';
import {
  believable_s,
  boundOf,
  FASTEST_OF_GLIDE,
  glide_s,
  isJump,
  leftOf,
  LEAST_S,
  turnRate,
} from './dead-reckoning.ts';
import { glyphOf } from './glyph.ts';
import { latitudeOf, worldPerMetre, worldX, worldY } from './projection.ts';
import { altitudeClass } from '../filter/altitude-class.ts';

/** Where an aircraft is drawn. One object for all: what {@link Placed.locate} answers holds until its next call. */
export interface Spot {
  /** World units, see projection.ts; x may lie a little outside 0..1. */
  readonly x: number;
  readonly y: number;
  /** Of its last position, seconds. */
  readonly age_s: number;
  /** How fast it moves on the map now, at most; world units a second. */
  readonly speed: number;
  /** True where it was carried on for longer than passes for heard just now. */
  readonly isEstimated: boolean;
}

/**
 * What the map needs of each aircraft at every drawing, by slot, computed once per change. It belongs to one picture and is up to
 * date as of the last {@link follow}. {@link locate} is the one place that says where an aircraft is drawn:
 * drawing, picking and counting all ask it.
 */
export class Placed {
  readonly picture: Picture;
  /** Of the feed, seconds; 0: nobody knows. Bounds how long aircraft are carried on, and says when they fade. */
  pace_s = 0;
  /** A glide over less than this is too small to be seen, world units: no drawing is made for it. */
  smallest = 0;
  /** World position (see projection.ts) at `time`, and its change per second. */
  readonly x = new Float64Array(MAX_SLOTS);
  readonly y = new Float64Array(MAX_SLOTS);
  readonly vx = new Float64Array(MAX_SLOTS);
  readonly vy = new Float64Array(MAX_SLOTS);
  /** When it was there, epoch seconds. */
  readonly time = new Float64Array(MAX_SLOTS);
  /** See filter/altitude-class.ts. */
  readonly altitudeClass = new Uint8Array(MAX_SLOTS);
  /** Glyph family, see glyph.ts. */
  readonly kind = new Uint8Array(MAX_SLOTS);
  /** How long it is believably carried on, seconds. */
  readonly #believed = new Float32Array(MAX_SLOTS);
  /** Degrees and degrees a second, of the last position; what is held of whom. */
  readonly #track = new Float32Array(MAX_SLOTS);
  readonly #turn = new Float32Array(MAX_SLOTS);
  readonly #address = new Uint32Array(MAX_SLOTS).fill(NOBODY);
  /** A glide: from where against where it should be, world units; since when, for how long, seconds. */
  readonly #glideX = new Float64Array(MAX_SLOTS);
  readonly #glideY = new Float64Array(MAX_SLOTS);
  readonly #glideSince = new Float64Array(MAX_SLOTS);
  readonly #glideFor = new Float32Array(MAX_SLOTS);
  /** Doubles from the start: the engine then changes them in place, and a drawing of 15,000 aircraft allocates nothing. */
  readonly #spot = { x: Number.NaN, y: Number.NaN, age_s: Number.NaN, speed: Number.NaN, isEstimated: false };
  /** The last frame of the picture that was taken in. */
  #followed = 0;

  constructor(picture: Picture) {
    this.picture = picture;
    this.follow(0, false);
  }

  /**
   * Takes in what the picture has changed since the last time. `now` is the server's epoch seconds. Where aircraft move, those
   * that were drawn elsewhere glide from there.
   */
  follow(now: number, moving: boolean): void {
    const { applied, slots, changedBy } = this.picture;
    if (applied === this.#followed) return;
    for (let slot = 0; slot < slots; slot++) {
      if ((changedBy[slot] ?? 0) > this.#followed) this.#change(slot, now, moving);
    }
    this.#followed = applied;
  }

  /** Where an aircraft is drawn at `now`; where it was last heard of when nothing is to move. */
  locate(slot: number, now: number, moving: boolean): Spot {
    const spot = this.#spot;
    const { legs } = this.picture;
    if (legs !== null && moving && legs.locate(slot, now, spot)) return spot;
    const age = now - (this.time[slot] ?? 0);
    const vx = this.vx[slot] ?? 0;
    const vy = this.vy[slot] ?? 0;
    const most = Math.min(this.#believed[slot] ?? 0, boundOf(this.pace_s));
    const carried = moving ? Math.min(most, Math.max(0, age)) : 0;
    spot.age_s = age;
    spot.x = (this.x[slot] ?? 0) + vx * carried;
    spot.y = (this.y[slot] ?? 0) + vy * carried;
    spot.speed = moving && age < most ? Math.sqrt(vx * vx + vy * vy) * (legs?.rate ?? 1) : 0;
    spot.isEstimated = carried >= LEAST_S && age > LEAST_S && (vx !== 0 || vy !== 0);
    const glideFor = this.#glideFor[slot] ?? 0;
    if (!moving || glideFor === 0 || legs !== null) return spot;
    const share = (now - (this.#glideSince[slot] ?? 0)) / glideFor;
    // Below 0: the server's clock was set back. Then there is nothing left to glide by.
    if (!(share >= 0 && share < 1)) return spot;
    const left = leftOf(share);
    const dx = this.#glideX[slot] ?? 0;
    const dy = this.#glideY[slot] ?? 0;
    spot.x += dx * left;
    spot.y += dy * left;
    spot.speed += this.#glideSpeed(dx, dy, glideFor);
    return spot;
  }

  /** Places what is new in a slot, and lets it glide there from where it was drawn. */
  #change(slot: number, now: number, moving: boolean): void {
    const address = this.picture.columns.icao24[slot] ?? 0;
    if (this.#address[slot] !== address) {
      this.#address[slot] = address;
      this.#turn[slot] = 0;
      this.#glideFor[slot] = 0;
      this.#place(slot, 0);
      return;
    }
    const drawn = this.locate(slot, now, moving);
    const [drawnX, drawnY] = [drawn.x, drawn.y];
    const [x, y, time] = [this.x[slot] ?? 0, this.y[slot] ?? 0, this.time[slot] ?? 0];
    this.#glideFor[slot] = 0;
    const speed_m_s = this.#place(slot, (this.picture.timePosition[slot] ?? 0) - time);
    if (!moving || this.picture.legs !== null) return;
    const should = this.locate(slot, now, true);
    const dx = nearest(drawnX - should.x);
    const dy = drawnY - should.y;
    const scale = 1 / worldPerMetre(latitudeOf(this.y[slot] ?? 0));
    const error_m = Math.hypot(dx, dy) * scale;
    const gone_m = Math.hypot(nearest((this.x[slot] ?? 0) - x), (this.y[slot] ?? 0) - y) * scale;
    const elapsed_s = (this.time[slot] ?? 0) - time;
    if (!(error_m > 0) || isJump(gone_m, error_m, elapsed_s, speed_m_s)) return;
    this.#glideX[slot] = dx;
    this.#glideY[slot] = dy;
    this.#glideSince[slot] = now;
    this.#glideFor[slot] = glide_s(error_m);
  }

  /** At its fastest; 0 for one that is too small to be seen. */
  #glideSpeed(dx: number, dy: number, glideFor: number): number {
    const length = Math.sqrt(dx * dx + dy * dy);
    return length < this.smallest ? 0 : (length / glideFor) * FASTEST_OF_GLIDE;
  }

  /** Answers the larger of the speeds before and now, m/s; 0 where neither is known. */
  #place(slot: number, elapsed_s: number): number {
    const { columns, timePosition } = this.picture;
    const valid = columns.validity[slot] ?? 0;
    const category = columns.category[slot] ?? 0;
    const velocity = columns.velocity[slot] ?? 0;
    const onGround = (valid & VALID.on_ground) !== 0 && (category & ON_GROUND) !== 0;
    const latitude = (columns.latitude[slot] ?? 0) / UNITS_PER.degree;
    const before = Math.hypot(this.vx[slot] ?? 0, this.vy[slot] ?? 0) / worldPerMetre(latitude);
    this.x[slot] = worldX((columns.longitude[slot] ?? 0) / UNITS_PER.degree);
    this.y[slot] = worldY(latitude);
    this.time[slot] = timePosition[slot] ?? 0;
    const steers = velocity <= FASTEST && (valid & VALID.velocity) !== 0 && (valid & VALID.true_track) !== 0;
    const speed_m_s = steers ? velocity / UNITS_PER.velocity : 0;
    const step = speed_m_s * worldPerMetre(latitude);
    const track = (columns.true_track[slot] ?? 0) / UNITS_PER.true_track;
    const radians = track * (Math.PI / 180);
    this.vx[slot] = Math.sin(radians) * step;
    this.vy[slot] = -Math.cos(radians) * step;
    // A row of the same moment, as one with a new callsign, tells nothing new of the turn.
    if (elapsed_s !== 0)
      this.#turn[slot] = steers ? turnRate(this.#track[slot] ?? track, track, elapsed_s) : 0;
    this.#track[slot] = track;
    const climb =
      (valid & VALID.vertical_rate) === 0 ? 0 : (columns.vertical_rate[slot] ?? 0) / UNITS_PER.vertical_rate;
    this.#believed[slot] = believable_s(this.#turn[slot] ?? 0, climb, onGround);
    const altitude = (valid & VALID.altitude) === 0 ? null : (columns.altitude[slot] ?? 0);
    this.altitudeClass[slot] = altitudeClass(altitude, onGround);
    this.kind[slot] = glyphOf(category & CATEGORY_MASK, onGround);
    return Math.max(before, speed_m_s);
  }
}

/** No address: those have 25 bits. */
const NOBODY = 0xffff_ffff;

/** The nearer way round the world. */
const nearest = (dx: number): number => dx - Math.round(dx);
