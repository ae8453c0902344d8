/**
 * All keys of the page, in one place: a new one is a line in {@link SHORTCUTS}, and `app.keys.on(NAME, …)` where it acts. The
 * dialog behind `?` lists them from here.
 */

/** Where a key works, as the dialog of keys groups them. */
export const KEY_GROUPS = ['Everywhere', 'Map', 'List'] as const;
export type KeyGroup = (typeof KEY_GROUPS)[number];

/** A key or two after each other, as `KeyboardEvent.key` names them, with a blank between; `Space` is the space bar. */
export interface Shortcut {
  readonly keys: string;
  /** What it does, as a command: `Open the list`. */
  readonly does: string;
  readonly group: KeyGroup;
  /** True where holding the key down does it again and again. */
  readonly repeats?: boolean;
}

/**
 * Keys that work wherever the keyboard is, but in fields. All of them can be switched off: speech input and a hand that
 * slips would set them off. Source: WCAG 2.2, 2.1.4 Character Key Shortcuts.
 */
export const SHORTCUTS = {
  search: { keys: '/', does: 'Search an aircraft', group: 'Everywhere' },
  playPause: { keys: 'Space', does: 'Pause the map, or play the replay', group: 'Map' },
  stepBack: { keys: ',', does: 'Replay a minute earlier', group: 'Map', repeats: true },
  stepForward: { keys: '.', does: 'Replay a minute later', group: 'Map', repeats: true },
  help: { keys: '?', does: 'Show the keys and settings', group: 'Everywhere' },
  mapPage: { keys: 'g m', does: 'Go to the map', group: 'Everywhere' },
  trafficPage: { keys: 'g t', does: 'Go to Traffic', group: 'Everywhere' },
  pipelinePage: { keys: 'g p', does: 'Go to Pipeline', group: 'Everywhere' },
  rings: { keys: 'r', does: 'Show or hide distance rings', group: 'Map' },
  follow: { keys: 'f', does: 'Keep the map on the chosen aircraft', group: 'Map' },
  list: { keys: 'l', does: 'Open the list, go to it, close it', group: 'Map' },
  previous: { keys: '[', does: 'Choose the aircraft before in the list', group: 'Map', repeats: true },
  next: { keys: ']', does: 'Choose the next aircraft of the list', group: 'Map', repeats: true },
  compare: { keys: 'c', does: 'Compare the chosen aircraft', group: 'Map' },
} as const satisfies Readonly<Record<string, Shortcut>>;
export type ShortcutName = keyof typeof SHORTCUTS;

/** Keys that what has the keyboard understands by itself, for the dialog: they are no shortcuts, and always on. */
export const LOCAL_KEYS: readonly Shortcut[] = [
  { keys: 'ArrowLeft ArrowRight ArrowUp ArrowDown', does: 'Move the map', group: 'Map' },
  { keys: '+ -', does: 'Zoom in and out', group: 'Map' },
  { keys: 'Enter', does: 'Choose the aircraft nearest to the middle', group: 'Map' },
  { keys: 'Escape', does: 'Close the card, then return from the replay to live', group: 'Map' },
  { keys: 'ArrowUp ArrowDown', does: 'Go to the next row', group: 'List' },
  { keys: 'PageUp PageDown', does: 'Go a page further', group: 'List' },
  { keys: 'Home End', does: 'Go to the first or last row', group: 'List' },
  { keys: 'Enter', does: 'Choose the aircraft', group: 'List' },
  { keys: 'Space', does: 'Compare the aircraft', group: 'List' },
  { keys: 'Escape', does: 'Close the card, then go back to the map', group: 'List' },
];

/** What of a `KeyboardEvent` is looked at. */
export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly repeat: boolean;
  readonly defaultPrevented: boolean;
  /** When, ms. */
  readonly timeStamp: number;
  readonly getModifierState: (name: string) => boolean;
}

/** What has the keyboard, as far as it takes keys for itself. */
export type Owner = 'text' | 'dialog' | 'button' | 'other';

/** The second key comes within this time of the first, ms. */
const SEQUENCE_MS = 1500;

/** Turns keys into what was declared for them. It has no clock, and touches no document. */
export class Keys {
  readonly #isOn: () => boolean;
  readonly #actions = new Map<ShortcutName, (() => void)[]>();
  #first: { readonly key: string; readonly at: number } | null = null;

  /** `isOn`: whether people have left the shortcuts on. */
  constructor(isOn: () => boolean) {
    this.#isOn = isOn;
  }

  /** Does this at each press; of several, the last that came. Answers a function that ends it, for `$effect`. */
  on(name: ShortcutName, act: () => void): () => void {
    const actions = this.#actions.get(name) ?? [];
    this.#actions.set(name, actions);
    actions.push(act);
    return () => void actions.splice(actions.indexOf(act), 1);
  }

  /** Does what the key is for; false where it is for nothing, and goes on to the browser. */
  press(event: Pressed, owner: Owner): boolean {
    const first = this.#first;
    this.#first = null;
    if (event.defaultPrevented || !this.#isOn() || isCommand(event) || isTaken(owner, event.key))
      return false;
    const key = nameOf(event);
    const isInTime = first !== null && event.timeStamp - first.at <= SEQUENCE_MS;
    const name = (isInTime ? find(`${first.key} ${key}`) : null) ?? find(key);
    if (name === null) {
      if (isFirst(key)) this.#first = { key, at: event.timeStamp };
      return false;
    }
    const act = this.#actions.get(name)?.at(-1);
    const shortcut: Shortcut = SHORTCUTS[name];
    if (act === undefined) return false;
    if (!event.repeat || shortcut.repeats === true) act();
    return true;
  }
}

/** What has the keyboard: an element, or what else the target of an event can be. */
export function ownerOf(target: unknown): Owner {
  if (!(target instanceof Element)) return 'other';
  if (target.closest('dialog[open]') !== null) return 'dialog';
  if (
    target.closest(
      'input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable]',
    ) !== null
  )
    return 'text';
  return target.closest('button, a, summary, input, [role=option]') === null ? 'other' : 'button';
}

/** Text takes all keys, a dialog keeps what lies below it from hearing any, and buttons are pressed with the space bar. */
function isTaken(owner: Owner, key: string): boolean {
  return owner === 'text' || owner === 'dialog' || (owner === 'button' && (key === ' ' || key === 'Enter'));
}

/** A command of the browser or the system. On many keyboards `[` needs AltGr, which some systems call Ctrl and Alt. */
function isCommand(event: Pressed): boolean {
  if (event.getModifierState('AltGraph')) return false;
  return event.ctrlKey || event.metaKey || (event.altKey && /^[\p{L}\p{N} ]$/u.test(event.key));
}

/** As {@link Shortcut.keys} names it. With Caps Lock on, a letter is the letter that it is without. */
function nameOf({ key, shiftKey }: Pressed): string {
  if (key === ' ') return 'Space';
  return key.length === 1 && !shiftKey ? key.toLowerCase() : key;
}

function find(keys: string): ShortcutName | null {
  return NAMES.find((name) => SHORTCUTS[name].keys === keys) ?? null;
}

function isFirst(key: string): boolean {
  return NAMES.some((name) => SHORTCUTS[name].keys.startsWith(`${key} `));
}

const NAMES = Object.keys(SHORTCUTS) as ShortcutName[];

/** All keys of a group, for the dialog: what is printed on each key, and what they do. */
export function keysOf(
  group: KeyGroup,
): readonly { readonly caps: readonly string[]; readonly does: string }[] {
  return [...Object.values<Shortcut>(SHORTCUTS), ...LOCAL_KEYS]
    .filter((one) => one.group === group)
    .map(({ keys, does }) => ({ caps: keys.split(' ').map((key) => CAPS[key] ?? key), does }));
}

const CAPS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  PageUp: 'Page up',
  PageDown: 'Page down',
};
