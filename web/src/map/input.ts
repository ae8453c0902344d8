/** Gestures on the map. Points are CSS pixels from the middle of the view. */
export interface MapGestures {
  pan(dx: number, dy: number): void;
  /** Multiplies the scale by 2^levels, keeping the world point under (x, y) where it is. */
  zoom(levels: number, x: number, y: number, smooth: boolean): void;
  /** `coarse`: by a finger. `beside`: with Ctrl, Command or Shift, which adds to what is chosen. */
  click(x: number, y: number, coarse: boolean, beside: boolean): void;
  hover(x: number, y: number): void;
  leave(): void;
  /** A right click or a long press. */
  place(x: number, y: number): void;
  /** Enter: choose the aircraft nearest to the middle. */
  choose(): void;
}

const DRAG_PX = 4;
const KEY_PAN_PX = 90;
const DOUBLE_CLICK_LEVELS = 1;

/**
 * Turns pointer, wheel and keyboard events of `element` into gestures: drag, wheel, double click, right click, pinch,
 * arrows, + and -, Enter. Answers a function that removes all listeners.
 */
export function listenForGestures(element: HTMLElement, gestures: MapGestures): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  let travelled = 0;
  let lastPinch: { distance: number; x: number; y: number } | null = null;
  const abort = new AbortController();
  const { signal } = abort;

  const fromMiddle = (event: { clientX: number; clientY: number }): [number, number] => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
  };
  const pinch = (): { distance: number; x: number; y: number } | null => {
    const [a, b] = [...pointers.values()];
    if (a === undefined || b === undefined) return null;
    return { distance: Math.hypot(a.x - b.x, a.y - b.y), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  };

  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    const [x, y] = fromMiddle(event);
    pointers.set(event.pointerId, { x, y });
    if (pointers.size === 1) travelled = 0;
    lastPinch = pinch();
  };
  const move = (event: PointerEvent): void => {
    const [x, y] = fromMiddle(event);
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      if (event.pointerType === 'mouse') gestures.hover(x, y);
      return;
    }
    pointers.set(event.pointerId, { x, y });
    if (pointers.size === 1) {
      travelled += Math.hypot(x - before.x, y - before.y);
      if (travelled > DRAG_PX) {
        element.dataset['dragging'] = '';
        gestures.pan(x - before.x, y - before.y);
      }
      return;
    }
    const now = pinch();
    if (now !== null && lastPinch !== null && now.distance > 0 && lastPinch.distance > 0) {
      travelled = DRAG_PX + 1;
      gestures.pan(now.x - lastPinch.x, now.y - lastPinch.y);
      gestures.zoom(Math.log2(now.distance / lastPinch.distance), now.x, now.y, false);
    }
    lastPinch = now;
  };
  const up = (event: PointerEvent): void => {
    const held = pointers.delete(event.pointerId);
    lastPinch = pinch();
    if (pointers.size > 0) return;
    delete element.dataset['dragging'];
    if (held && event.type === 'pointerup' && travelled <= DRAG_PX) {
      const beside = event.ctrlKey || event.metaKey || event.shiftKey;
      gestures.click(...fromMiddle(event), event.pointerType !== 'mouse', beside);
    }
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : 1;
    // A pinch on a trackpad comes as a wheel with ctrl and small steps.
    const levels = -event.deltaY * lines * (event.ctrlKey ? 0.012 : 0.0028);
    gestures.zoom(Math.min(1, Math.max(-1, levels)), ...fromMiddle(event), false);
  };
  const doubleClick = (event: MouseEvent): void => {
    gestures.zoom(DOUBLE_CLICK_LEVELS, ...fromMiddle(event), true);
  };
  const menu = (event: MouseEvent): void => {
    event.preventDefault();
    gestures.place(...fromMiddle(event));
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => gestures.pan(KEY_PAN_PX, 0),
    ArrowRight: () => gestures.pan(-KEY_PAN_PX, 0),
    ArrowUp: () => gestures.pan(0, KEY_PAN_PX),
    ArrowDown: () => gestures.pan(0, -KEY_PAN_PX),
    '+': () => gestures.zoom(0.5, 0, 0, true),
    '=': () => gestures.zoom(0.5, 0, 0, true),
    '-': () => gestures.zoom(-0.5, 0, 0, true),
    Enter: () => gestures.choose(),
  };
  const key = (event: KeyboardEvent): void => {
    if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };

  element.addEventListener('pointerdown', down, { signal });
  element.addEventListener('pointermove', move, { signal });
  element.addEventListener('pointerup', up, { signal });
  element.addEventListener('pointercancel', up, { signal });
  element.addEventListener('pointerleave', () => gestures.leave(), { signal });
  element.addEventListener('wheel', wheel, { signal, passive: false });
  element.addEventListener('dblclick', doubleClick, { signal });
  element.addEventListener('contextmenu', menu, { signal });
  element.addEventListener('keydown', key, { signal });
  return () => abort.abort();
}
