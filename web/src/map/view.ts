import type { Address } from '../state/address.ts';
import type { Later } from '../state/later.ts';
import { formatCamera, parseCamera, type Camera } from './camera.ts';

/** The whole world, a little north of the middle, where most land is. */
export const WORLD: Camera = { x: 0.53, y: 0.38, zoom: 2.2 };

/** A single aircraft is shown from this close, at least. */
export const FOCUS_ZOOM = 7;

/** A place on the ground, as an airport with its runways, is shown from this close. */
export const PLACE_ZOOM = 11;

/** Browsers limit how often an address may change: it follows when the map has rested so long, ms. */
const REMEMBERED_AFTER_MS = 400;

/**
 * Where the map looks. It outlives the map itself: when another page was open, the map comes back to the same view. A map
 * without a view yet, of an address that names none, is fitted to the aircraft once they have come.
 */
export class View {
  #camera: Camera | null;
  #isUndecided = false;
  #cancel: (() => void) | null = null;
  #fly: ((camera: Camera) => void) | null = null;
  readonly #address: Address;
  readonly #later: Later;

  constructor(address: Address, later: Later) {
    this.#address = address;
    this.#later = later;
    this.#camera = parseCamera(address.get('at'));
  }

  /** A map is opened: where it looks first. */
  opened(): Camera {
    this.#isUndecided = this.#camera === null;
    return this.#camera ?? WORLD;
  }

  /** True once: when there are aircraft, and neither a former visit nor the address has said where to look. */
  isToBeFitted(aircraft: number): boolean {
    if (!this.#isUndecided || aircraft === 0) return false;
    this.#isUndecided = false;
    return true;
  }

  /** The camera has moved: the address follows once it rests. A map that still waits for aircraft has no view to keep. */
  moved(camera: Camera): void {
    if (this.#isUndecided) return;
    this.#camera = camera;
    this.#cancel?.();
    this.#cancel = this.#later(
      () => this.#address.set({ at: formatCamera(camera) }, null),
      REMEMBERED_AFTER_MS,
    );
  }

  /** Somebody wants to see a place: the map that is open flies there, or the next one begins there. */
  go(camera: Camera): void {
    this.#isUndecided = false;
    this.#camera = camera;
    this.#fly?.(camera);
  }

  /** How the map that is open flies; answers a function that ends that. */
  onGo(fly: (camera: Camera) => void): () => void {
    this.#fly = fly;
    return () => {
      if (this.#fly === fly) this.#fly = null;
    };
  }

  /** The map is closed: the address of another page has no view. */
  closed(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
