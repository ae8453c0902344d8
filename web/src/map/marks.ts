import type { Position } from 'contrail/wire/great-circle';
import type { Scene } from './scene.ts';
import { screenX } from './camera.ts';
import { worldPixels, worldX, worldY } from './projection.ts';

/** Marks over the canvases: the ring round the chosen aircraft, and the place on its track that is pointed at. */
export class Marks {
  readonly elements: readonly HTMLElement[];
  readonly #ring = mark('map-ring');
  readonly #point = mark('map-point');
  #pointed: Position | null = null;

  constructor() {
    this.elements = [this.#ring, this.#point];
  }

  /** Points at a place, or at none, from the next {@link place} on. */
  pointAt(position: Position | null): void {
    this.#pointed = position;
  }

  /** Puts them where they belong in a drawing. */
  place(scene: Scene): void {
    const { selected, placed, now, moving } = scene;
    const isThere = selected >= 0 && placed.picture.used[selected] === 1;
    put(this.#ring, scene, isThere ? placed.locate(selected, now, moving) : null);
    const at = this.#pointed;
    put(this.#point, scene, at === null ? null : { x: worldX(at.longitude), y: worldY(at.latitude) });
  }
}

function mark(name: string): HTMLElement {
  const element = document.createElement('div');
  element.className = name;
  element.hidden = true;
  return element;
}

/** `at` in world units. */
function put(
  element: HTMLElement,
  { camera, size }: Scene,
  at: { readonly x: number; readonly y: number } | null,
): void {
  element.hidden = at === null;
  if (at === null) return;
  const left = size.width / 2 + screenX(camera, at.x);
  const top = size.height / 2 + (at.y - camera.y) * worldPixels(camera.zoom);
  element.style.transform = `translate(${left}px, ${top}px)`;
}
