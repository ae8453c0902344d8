import type { FilterStore } from '../filter/filter-store.ts';
import type { Aircraft, Picture } from '../live/picture.ts';
import type { AircraftStyle } from '../map/aircraft-detail.ts';
import type { Camera } from '../map/camera.ts';
import type { LoadGround } from '../map/ground.ts';
import type { MapPorts } from '../map/map-ports.ts';
import type { Box } from '../map/place-labels.ts';
import { MapView } from '../map/map-view.ts';
import type { Sight } from '../list/list-store.ts';
import { countShown, isInView } from '../map/pick.ts';
import { Placed } from '../map/placed.ts';
import { latitudeOf, longitudeOf, worldPixels } from '../map/projection.ts';
import { FOCUS_ZOOM, type View } from '../map/view.ts';
import type { Comparison } from '../state/comparison.ts';
import type { Identities } from '../state/identities.ts';
import type { Selection } from '../state/selection.ts';
import type { RingsStore } from '../state/rings-store.ts';
import { Store } from '../state/store.ts';
import type { Units } from '../text/format.ts';
import type { TrackStore } from '../track/track-store.ts';
import { cameraOfAll, cameraOver, coveredByCard, isUnderCard, labelWords } from './map.ts';

/** What the page says of the map. */
export interface MapFacts {
  /** Where it looks; null before it was drawn. */
  readonly camera: Camera | null;
  readonly counts: ReturnType<typeof countShown>;
  /** How aircraft are drawn. */
  readonly style: AircraftStyle;
  /** Whose the map tiles of a person are; '' without any. */
  readonly credit: string;
  /** The map stays on the chosen aircraft. */
  readonly isFollowing: boolean;
  /** The aircraft under the pointer, and where it is in the view. */
  readonly hover: { readonly aircraft: Aircraft; readonly x: number; readonly y: number } | null;
}

/** What the map shows, and where it hears of changes. The page as a whole has all of it. */
export interface MapRoom {
  readonly picture: Picture;
  readonly filter: FilterStore;
  readonly selection: Selection;
  readonly view: View;
  readonly track: TrackStore;
  readonly comparison: Pick<Comparison, 'toggle'>;
  readonly list: { look(sight: Sight | null): void; follow(): void; resized(): void };
  readonly rings: RingsStore;
  readonly identities: Pick<Identities, 'at'>;
  readonly preferences: { readonly calm: boolean; readonly units: Units };
  /** The time that the picture is of, epoch seconds. */
  pictureNow(): number;
  clock(): number;
  onPicture(listener: (cameOrWent: boolean) => void): () => void;
}

/** The part of the map that is controlled. */
export type Controlled = Omit<MapView, never>;

/** Makes the map in an element. */
export type OpenMap = (element: HTMLElement, camera: Camera, ports: MapPorts) => Controlled;

const NOTHING: MapFacts = {
  camera: null,
  counts: { shown: 0, inView: 0, estimated: 0 },
  style: 'square',
  credit: '',
  isFollowing: false,
  hover: null,
};

/**
 * The map of a page: it joins the drawing (map/map-view.ts) to picture, filter, choice and track, and tells the page what it has to
 * say in words. There is a map between {@link open} and the end that it answers.
 */
export class MapControl extends Store<MapFacts> {
  readonly placed: Placed;
  readonly #room: MapRoom;
  readonly #loadGround: LoadGround;
  readonly #openMap: OpenMap;
  #map: Controlled | null = null;
  #width = 0;

  constructor(room: MapRoom, loadGround: LoadGround, openMap: OpenMap = (...parts) => new MapView(...parts)) {
    super(NOTHING);
    this.#room = room;
    this.#loadGround = loadGround;
    this.#openMap = openMap;
    this.placed = new Placed(room.picture);
  }

  /** The map; null while the page has none. */
  get map(): Controlled | null {
    return this.#map;
  }

  /**
   * Makes the map in an element. `onCancel`: a person wants no aircraft chosen; `covered`: what lies over the element, from its top
   * left corner. Answers a function that ends it.
   */
  open(element: HTMLElement, onCancel: () => void, covered: () => readonly Box[]): () => void {
    const { filter, selection, view, track, list, rings } = this.#room;
    const map = this.#openMap(element, view.opened(), {
      placed: this.placed,
      visible: filter.visible.mask,
      serverNow: () => this.#room.pictureNow(),
      clock: () => this.#room.clock(),
      loadGround: this.#loadGround,
      onSelect: (slot, beside) => this.#picked(slot, beside),
      onCancel,
      onHover: (slot, x, y) => this.#hovered(slot, x, y),
      covered,
      rings: () => {
        const { value: centre } = rings;
        return centre === null ? null : { centre, units: this.#room.preferences.units };
      },
      onPlace: (place) => rings.choose(place),
      words: (slot) => this.#words(slot),
      onMovedByHand: () => this.follow(false),
      followed: () => this.#followed(),
      onCamera: (camera) => {
        view.moved(camera);
        this.set({ ...this.value, camera });
        this.recount();
        if (map.size.width === this.#width) list.follow();
        else list.resized();
        this.#width = map.size.width;
      },
    });
    this.#map = map;
    this.placed.follow(this.#room.pictureNow(), false);
    const mark = (): void =>
      map.setSelection(selection.value.slot, track.value.track, track.value.at !== null);
    const ends = [
      track.watch(),
      this.#room.onPicture((cameOrWent) => this.#pictureCame(cameOrWent)),
      selection.subscribe(({ icao24 }) => {
        if (icao24 === null) this.follow(false);
        mark();
      }),
      track.subscribe(mark),
      rings.subscribe(() => {
        map.invalidateView();
        list.follow();
      }),
      filter.subscribe(() => {
        map.invalidate();
        this.recount();
      }),
      view.onGo((camera) => {
        this.follow(false);
        map.flyTo(camera, true);
      }),
      () => view.closed(),
      () => map.destroy(),
    ];
    this.#fit();
    list.look({ isInView: (slot) => this.isSeen(slot), middle: () => rings.value ?? middleOf(map.camera) });
    return () => {
      list.look(null);
      for (const end of ends) end();
      this.#map = null;
      this.set(NOTHING);
    };
  }

  /** Shows the chosen aircraft in the middle of what the card leaves free, from near enough. */
  centre(): void {
    const { slot } = this.#room.selection.value;
    if (this.#map !== null && slot >= 0) this.#flyTo(slot, Math.max(FOCUS_ZOOM, this.#map.camera.zoom));
  }

  /** Keeps the map on the chosen aircraft, or lets it rest. It goes on while an aircraft is away for some time. */
  follow(isFollowing: boolean): void {
    const canFollow = isFollowing && this.#room.selection.value.icao24 !== null;
    if (canFollow === this.value.isFollowing) return;
    this.set({ ...this.value, isFollowing: canFollow });
    if (canFollow) this.centre();
  }

  /** Whether an aircraft is drawn inside the view. */
  isSeen(slot: number): boolean {
    if (this.#map === null) return false;
    const { calm } = this.#room.preferences;
    const spot = this.placed.locate(slot, this.#room.pictureNow(), !calm);
    return isInView(spot, this.#map.camera, this.#map.size);
  }

  /** Moves the map to the chosen aircraft where it is not to be seen, as near as before. */
  bringToSight(): void {
    const { slot } = this.#room.selection.value;
    const map = this.#map;
    if (map === null || slot < 0) return;
    if (!this.isSeen(slot) || isUnderCard(map.positionOf(slot), map.size)) this.#flyTo(slot, map.camera.zoom);
  }

  /** Puts distance rings round the middle of the map, as far as the card leaves it free, or takes them away. */
  toggleRings(): void {
    const { rings, selection } = this.#room;
    if (this.#map === null || rings.value !== null) {
      rings.choose(null);
      return;
    }
    const { camera, size } = this.#map;
    const { right, below } = selection.value.icao24 === null ? { right: 0, below: 0 } : coveredByCard(size);
    const world = worldPixels(camera.zoom);
    const longitude = longitudeOf(camera.x - right / 2 / world);
    rings.choose({ longitude, latitude: latitudeOf(camera.y - below / 2 / world) });
  }

  /** Counts again what is shown. */
  recount(): void {
    if (this.#map === null) return;
    const { camera, size } = this.#map;
    const { mask } = this.#room.filter.visible;
    const isMoving = !this.#room.preferences.calm;
    const counts = countShown(this.placed, camera, this.#room.pictureNow(), size, mask, isMoving);
    this.set({ ...this.value, counts, style: this.#map.style, credit: this.#map.credit });
  }

  #pictureCame(cameOrWent: boolean): void {
    const { calm } = this.#room.preferences;
    this.placed.follow(this.#room.pictureNow(), !calm);
    this.#map?.pictureCame();
    this.#fit();
    if (cameOrWent || calm) this.#map?.invalidate();
    this.recount();
  }

  /** The first view, where nobody has said where to look: the chosen aircraft, else all that the filter takes. */
  #fit(): void {
    const { picture, filter, selection, view } = this.#room;
    if (this.#map === null || !view.isToBeFitted(picture.count)) return;
    if (selection.value.slot >= 0) {
      this.centre();
      return;
    }
    const around = cameraOfAll(this.placed, this.#map.size, filter.visible.mask);
    if (around !== null) this.#map.flyTo(around, false);
  }

  #followed(): Camera | null {
    const { slot } = this.#room.selection.value;
    if (this.#map === null || !this.value.isFollowing || slot < 0) return null;
    return cameraOver(this.#map.placeOf(slot), this.#map.camera.zoom, this.#map.size);
  }

  #picked(slot: number, beside: boolean): void {
    const map = this.#map;
    if (map === null) return;
    const { picture, selection, comparison } = this.#room;
    const icao24 = picture.addressOf(slot);
    if (beside) {
      comparison.toggle(icao24, selection.value.icao24);
      return;
    }
    selection.choose(icao24);
    if (isUnderCard(map.positionOf(slot), map.size)) this.#flyTo(slot, map.camera.zoom);
  }

  #words(slot: number): readonly [string, string] {
    const { picture, identities, preferences } = this.#room;
    const identity = identities.at(picture.columns.icao24[slot]);
    return labelWords(picture.aircraft(slot), preferences.units, identity);
  }

  #hovered(slot: number, x: number, y: number): void {
    const aircraft = slot < 0 ? null : this.#room.picture.aircraft(slot);
    const { hover } = this.value;
    if (aircraft === null && hover === null) return;
    this.set({ ...this.value, hover: aircraft === null ? null : { aircraft, x, y } });
  }

  #flyTo(slot: number, zoom: number): void {
    this.#map?.flyTo(cameraOver(this.#map.placeOf(slot), zoom, this.#map.size), true);
  }
}

/** Degrees of the point in the middle of the view. */
function middleOf({ x, y }: Camera): { longitude: number; latitude: number } {
  return { longitude: longitudeOf(x), latitude: latitudeOf(y) };
}
