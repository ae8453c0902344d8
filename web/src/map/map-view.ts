import type { Position } from 'contrail/wire/great-circle';
import { Detail, styleWhileMoving, type AircraftStyle } from './aircraft-detail.ts';
import { AircraftLabels } from './aircraft-labels.ts';
import { fastestInView, numberInView } from './aircraft-layer.ts';
import type { Scene } from './scene.ts';
import { clampCamera, minZoom, panBy, screenX, zoomAround, type Camera } from './camera.ts';
import { cameraAt, hasLanded, type Flight } from './flight.ts';
import { Ground } from './ground.ts';
import { listenForGestures } from './input.ts';
import type { MapPorts } from './map-ports.ts';
import { drawLetters, type Letter } from './letters.ts';
import { Marks } from './marks.ts';
import { onCanvas, OVERSIZE } from './oversize.ts';
import { pickNearest } from './pick.ts';
import { drawPicture } from './picture-layer.ts';
import { latitudeOf, longitudeOf, worldPixels } from './projection.ts';
import { PALETTES, type Theme } from './ramp.ts';
import { Redraw, smallestGlide_px } from './redraw.ts';
import type { Photographed } from './snapshot.ts';
import { iconPixels, Sprites } from './sprites.ts';
import type { Track } from '../track/track.ts';
import { drawTrackOf } from './track-head.ts';

/** What is followed may drift by so much. */
const FOLLOW_PX = 0.5;
const PICK_RADIUS_PX = 14;
const PICK_RADIUS_TOUCH_PX = 26;
/** More device pixels per CSS pixel than this cost time without a visible gain. */
const MOST_RATIO = 2;

const NO_TRACK: Track = { lines: [], strays: [], gaps: [], beside: 0 };

/**
 * The live map on two stacked canvases: basemap with names, and aircraft with labels. It draws only when something would look different
 * (redraw.ts), and moves by CSS transform during a gesture. It uses no framework and owns the element it is given.
 */
export class MapView {
  /** Full drawings of the aircraft since the start, for tests and debugging. */
  redraws = 0;
  camera: Camera;
  readonly #element: HTMLElement;
  readonly #ports: MapPorts;
  readonly #sheet = document.createElement('div');
  readonly #base = document.createElement('canvas');
  readonly #planes = document.createElement('canvas');
  readonly #marks = new Marks();
  readonly #ground: Ground;
  readonly #stop: (() => void)[] = [];
  #drawn: Camera;
  #width = 0;
  #height = 0;
  #ratio = 1;
  #theme: Theme = 'dark';
  #moving = true;
  #selected = -1;
  #track: Track = NO_TRACK;
  #isPast = false;
  #letters: readonly Letter[] = [];
  readonly #aircraftLabels: AircraftLabels;
  readonly #detail = new Detail();
  /** The last drawing in the style of a map at rest. */
  #tookIcons_ms = 0;
  readonly #sprites = new Sprites();
  #frame = 0;
  readonly #redraw = new Redraw();
  #animation: Flight | null = null;

  constructor(element: HTMLElement, camera: Camera, ports: MapPorts) {
    this.#element = element;
    this.#ports = ports;
    this.camera = camera;
    this.#drawn = camera;
    this.#aircraftLabels = new AircraftLabels(ports.words);
    this.#ground = new Ground(ports.loadGround, () => this.invalidateView());
    this.#sheet.className = 'map-sheet';
    for (const canvas of [this.#base, this.#planes]) {
      canvas.setAttribute('aria-hidden', 'true');
      this.#sheet.append(canvas);
    }
    this.#sheet.append(...this.#marks.elements);
    element.append(this.#sheet);
    this.#stop.push(
      listenForGestures(element, {
        pan: (dx, dy) => {
          ports.onMovedByHand();
          this.#move(panBy(this.camera, dx, dy));
        },
        zoom: (levels, x, y, smooth) => this.#zoom(levels, x, y, smooth),
        click: (x, y, coarse, beside) =>
          this.#pick(x, y, coarse ? PICK_RADIUS_TOUCH_PX : PICK_RADIUS_PX, { beside }),
        hover: (x, y) => this.#hover(x, y),
        leave: () => ports.onHover(-1, 0, 0),
        place: (x, y) => {
          const world = worldPixels(this.camera.zoom);
          const longitude = longitudeOf(this.camera.x + x / world);
          ports.onPlace({ longitude, latitude: latitudeOf(this.camera.y + y / world) });
        },
        choose: () => this.#pick(0, 0, Math.hypot(this.#width, this.#height), null),
      }),
    );
    const observer = new ResizeObserver(() => this.#resize());
    observer.observe(element);
    this.#stop.push(() => observer.disconnect());
    this.#resize();
    const step = (): void => {
      this.#frame = requestAnimationFrame(step);
      this.#onFrame();
    };
    this.#frame = requestAnimationFrame(step);
  }

  /** Size of the view in CSS pixels. */
  get size(): { width: number; height: number } {
    return { width: this.#width, height: this.#height };
  }

  /** How aircraft are drawn while the map rests. */
  get style(): AircraftStyle {
    return this.#detail.style;
  }

  /** Whose the map tiles of a person are; '' without any. */
  get credit(): string {
    return this.#ground.credit;
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.invalidateView();
  }

  /** False: no extrapolation and no animation (prefers-reduced-motion). */
  setMoving(moving: boolean): void {
    this.#moving = moving;
    this.invalidate();
  }

  /** The fonts have come, or aircraft have other words: what was written is written again. */
  rewrite(): void {
    this.#aircraftLabels.forget();
    this.invalidateView();
  }

  /** Marks the aircraft in a slot (-1: none) and draws its track. `isPast`: the track may go on after what is shown. */
  setSelection(slot: number, track: Track | null, isPast = false): void {
    this.#isPast = isPast;
    this.#selected = slot;
    this.#track = track ?? NO_TRACK;
    this.invalidate();
  }

  /** Points at a place on the map, or at none. */
  pointAt(position: Position | null): void {
    this.#marks.pointAt(position);
    this.#marks.place(this.#scene());
  }

  /** Marks these aircraft with a ring and a letter. */
  setLetters(letters: readonly Letter[]): void {
    if (letters.length === 0 && this.#letters.length === 0) return;
    this.#letters = letters;
    this.invalidate();
  }

  /** The aircraft must be drawn again at the next frame: a row was added, removed or jumped. */
  invalidate(): void {
    this.#redraw.invalidate();
  }

  /** A picture has come: it is drawn soon, and aircraft that have begun to glide in time for that to be seen. */
  pictureCame(): void {
    this.#redraw.pictureCame(this.#moving && this.#width > 0 ? fastestInView(this.#scene()) : 0);
  }

  /** Everything must be drawn again at the next frame. */
  invalidateView(): void {
    this.#redraw.invalidateView();
  }

  /** Moves the camera, at once or in a short glide. */
  flyTo(camera: Camera, smooth: boolean): void {
    const to = clampCamera(camera, this.size, this.#ground.maxZoom);
    // Go the shorter way round the world.
    const from = { ...this.camera, x: this.camera.x - Math.round(this.camera.x - to.x) };
    const near = Math.hypot(from.x - to.x, from.y - to.y) * worldPixels(from.zoom) < 2 * this.#width;
    if (smooth && near && this.#moving) this.#animation = { from, to, start: this.#ports.clock() };
    else this.#move(to);
  }

  /** Where an aircraft is drawn now, world units. */
  placeOf(slot: number): { x: number; y: number } {
    const { x, y } = this.#ports.placed.locate(slot, this.#ports.serverNow(), this.#moving);
    return { x, y };
  }

  /** Where an aircraft is in the view, CSS pixels from its top left corner. */
  positionOf(slot: number): { x: number; y: number } {
    const { x, y } = this.placeOf(slot);
    return {
      x: this.#width / 2 + screenX(this.camera, x),
      y: this.#height / 2 + (y - this.camera.y) * worldPixels(this.camera.zoom),
    };
  }

  /** What is seen now, for a picture of it. */
  seen(): Photographed {
    this.#drawView(this.#ports.clock());
    return {
      ...this.size,
      layers: [this.#base, this.#planes],
      ratio: this.#ratio,
      oversize: OVERSIZE,
      chosen: this.#selected < 0 ? null : this.positionOf(this.#selected),
      palette: PALETTES[this.#theme],
    };
  }

  zoomBy(levels: number): void {
    this.#zoom(levels, 0, 0, true);
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    for (const stop of this.#stop) stop();
    this.#sheet.remove();
  }

  #move(camera: Camera): void {
    this.#animation = null;
    this.#moveTo(camera);
  }

  #moveTo(camera: Camera): void {
    this.camera = clampCamera(camera, this.size, this.#ground.maxZoom);
    this.#redraw.moved(this.#ports.clock());
    this.#ports.onHover(-1, 0, 0);
    this.#transform();
  }

  #zoom(levels: number, x: number, y: number, smooth: boolean): void {
    const base = this.#animation?.to ?? this.camera;
    const held = Math.min(this.#ground.maxZoom, Math.max(minZoom(this.size), base.zoom + levels));
    const to = zoomAround(base, held, x, y);
    if (smooth) this.flyTo(to, true);
    else this.#move(to);
  }

  /** `click`: null for the key, which never gives up what is chosen. */
  #pick(x: number, y: number, radius: number, click: { beside: boolean } | null): void {
    const slot = this.#nearest(x, y, radius);
    if (slot >= 0) this.#ports.onSelect(slot, click?.beside === true);
    else if (click?.beside === false) this.#ports.onCancel();
  }

  #hover(x: number, y: number): void {
    const slot = this.#nearest(x, y, PICK_RADIUS_PX);
    this.#element.dataset['hover'] = slot >= 0 ? 'aircraft' : 'map';
    const at = slot >= 0 ? this.positionOf(slot) : { x: 0, y: 0 };
    this.#ports.onHover(slot, at.x, at.y);
  }

  #nearest(x: number, y: number, radius: number): number {
    const { placed, serverNow, visible } = this.#ports;
    return pickNearest(
      placed,
      this.camera,
      serverNow(),
      { x, y, radius },
      { visible, selected: this.#selected },
      this.#moving,
    );
  }

  #resize(): void {
    const box = this.#element.getBoundingClientRect();
    const ratio = Math.min(MOST_RATIO, devicePixelRatio || 1);
    if (box.width === this.#width && box.height === this.#height && ratio === this.#ratio) return;
    this.#width = box.width;
    this.#height = box.height;
    this.#ratio = ratio;
    for (const canvas of [this.#base, this.#planes]) {
      canvas.width = Math.round(box.width * OVERSIZE * ratio);
      canvas.height = Math.round(box.height * OVERSIZE * ratio);
    }
    this.camera = clampCamera(this.camera, this.size, this.#ground.maxZoom);
    this.invalidateView();
  }

  #onFrame(): void {
    if (this.#width === 0 || this.#height === 0) return;
    const now = this.#ports.clock();
    if (this.#animation !== null) this.#animate(this.#animation, now);
    else this.#follow();
    const due = this.#redraw.due(now);
    if (due === 'view') {
      this.#drawView(now);
      this.#redraw.drewView(now);
      this.#ports.onCamera(this.camera);
    } else if (due === 'aircraft') {
      this.#drawPlanes(now);
    }
  }

  /** Keeps up with what is followed. */
  #follow(): void {
    const to = this.#ports.followed();
    if (to === null) return;
    const world = worldPixels(this.camera.zoom);
    const x = screenX(this.camera, to.x);
    if (Math.hypot(x, (to.y - this.camera.y) * world) < FOLLOW_PX) return;
    this.#moveTo({ ...this.camera, x: this.camera.x + x / world, y: to.y });
  }

  #animate(flight: Flight, now: number): void {
    this.#moveTo(cameraAt(flight, now));
    if (hasLanded(flight, now)) this.#animation = null;
  }

  #canvasSize(): { width: number; height: number; ratio: number } {
    return { width: this.#width * OVERSIZE, height: this.#height * OVERSIZE, ratio: this.#ratio };
  }

  #drawView(now: number): void {
    this.#drawn = this.camera;
    const palette = PALETTES[this.#theme];
    const size = this.#canvasSize();
    const base = this.#base.getContext('2d', { alpha: false });
    if (base === null) return;
    const over = { covered: onCanvas(this.#ports.covered(), this.size), rings: this.#ports.rings() };
    this.#ground.draw(base, this.#drawn, size, palette, over);
    this.#drawPlanes(now);
    this.#transform();
  }

  #scene(): Scene {
    return {
      placed: this.#ports.placed,
      camera: this.#drawn,
      size: this.#canvasSize(),
      now: this.#ports.serverNow(),
      visible: this.#ports.visible,
      selected: this.#selected,
      moving: this.#moving,
      style: this.#redraw.isMoving(this.#ports.clock())
        ? styleWhileMoving(this.#detail.style, this.#tookIcons_ms)
        : this.#detail.style,
      palette: PALETTES[this.#theme],
    };
  }

  #drawPlanes(now: number): void {
    const context = this.#planes.getContext('2d');
    if (context === null) return;
    this.redraws += 1;
    const { placed } = this.#ports;
    placed.smallest = smallestGlide_px(placed.pace_s) / worldPixels(this.#drawn.zoom);
    this.#decideDetail();
    const scene = this.#scene();
    const drawn = drawPicture(
      context,
      scene,
      this.#sprites.sheets(this.#theme, this.#iconPixels(), this.#ratio),
      {
        track: () => {
          drawTrackOf(context, scene, this.#track, this.#isPast);
          drawLetters(context, scene, this.#letters);
        },
        labels: () =>
          this.#aircraftLabels.draw(context, scene, {
            level: this.#detail.labels,
            half: this.#iconPixels() / 2,
            chosen: this.#selected,
            view: this.size,
            written: this.#ground.written,
            covered: onCanvas(this.#ports.covered(), this.size),
          }),
      },
    );
    this.#marks.place(scene);
    const fastest = this.#moving ? drawn.fastest_px_per_s : 0;
    const took_ms = Math.max(0, this.#ports.clock() - now);
    if (scene.style === this.#detail.style) this.#tookIcons_ms = took_ms;
    this.#redraw.drewAircraft(now, fastest, took_ms);
  }

  #decideDetail(): void {
    const number = numberInView({ ...this.#scene(), size: { ...this.size, ratio: this.#ratio } });
    this.#detail.decide({ ...this.size, number, zoom: this.#drawn.zoom });
  }

  /** Shifts and scales the last full drawing to where the camera is now. */
  #transform(): void {
    const now = worldPixels(this.camera.zoom);
    const scale = now / worldPixels(this.#drawn.zoom);
    const dx = (this.#drawn.x - this.camera.x) * now;
    const dy = (this.#drawn.y - this.camera.y) * now;
    this.#sheet.style.transform = `translate(${dx}px, ${dy}px) scale(${scale})`;
  }

  #iconPixels(): number {
    return iconPixels(this.#drawn.zoom, this.#detail.style !== 'icon');
  }
}
