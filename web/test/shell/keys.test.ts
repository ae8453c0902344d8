import { describe, expect, test } from 'vitest';
import {
  KEY_GROUPS,
  Keys,
  keysOf,
  LOCAL_KEYS,
  SHORTCUTS,
  type Owner,
  type Pressed,
} from '../../src/shell/keys.ts';

const NOBODY: Pressed = {
  key: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  repeat: false,
  defaultPrevented: false,
  timeStamp: 0,
  getModifierState: () => false,
};

/** Keys that say what they did. */
function open(isOn = () => true) {
  const done: string[] = [];
  const keys = new Keys(isOn);
  for (const name of ['search', 'help', 'mapPage', 'trafficPage'] as const)
    keys.on(name, () => done.push(name));
  const press = (key: string, part: Partial<Pressed> = {}, owner: Owner = 'other'): boolean =>
    keys.press({ ...NOBODY, key, ...part }, owner);
  return { done, keys, press };
}

describe('the keys', () => {
  test('do what was declared for them, and leave all others to the browser', () => {
    const { done, press } = open();
    expect([press('/'), press('?', { shiftKey: true }), press('x'), press('F5')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(done).toEqual(['search', 'help']);
  });

  test('come after each other, within a second and a half', () => {
    const { done, press } = open();
    expect([press('g', { timeStamp: 1000 }), press('m', { timeStamp: 2500 })]).toEqual([false, true]);
    press('g', { timeStamp: 3000 });
    press('t', { timeStamp: 4501 });
    press('m', { timeStamp: 4600 });
    expect(done).toEqual(['mapPage']);
  });

  test('mean what they mean alone after a first key that leads nowhere with them', () => {
    const { done, press } = open();
    for (const key of ['g', '/', 'm', 'g', 'g', 't']) press(key);
    expect(done).toEqual(['search', 'trafficPage']);
  });

  test('do nothing while somebody types, in a dialog, or when something nearer has taken the key', () => {
    const { done, press } = open();
    press('/', {}, 'text');
    press('/', {}, 'dialog');
    press('/', { defaultPrevented: true });
    expect(done).toEqual([]);
    press('/', {}, 'button');
    expect(done).toEqual(['search']);
  });

  test('do nothing when they are switched off', () => {
    let isOn = false;
    const { done, press } = open(() => isOn);
    expect(press('/')).toBe(false);
    isOn = true;
    press('/');
    expect(done).toEqual(['search']);
  });

  test('leave commands of the browser alone', () => {
    const { done, press } = open();
    for (const part of [{ ctrlKey: true }, { metaKey: true }]) press('/', part);
    press('g', { altKey: true });
    press('m');
    expect(done).toEqual([]);
  });

  test('are reached on keyboards where they need AltGr or Option', () => {
    const { done, press } = open();
    press('/', { ctrlKey: true, altKey: true, getModifierState: (name) => name === 'AltGraph' });
    press('/', { altKey: true });
    expect(done).toEqual(['search', 'search']);
  });

  test('work with Caps Lock', () => {
    const { done, press } = open();
    press('G');
    press('M');
    expect(done).toEqual(['mapPage']);
  });

  test('act once while they are held down', () => {
    const { done, press } = open();
    press('/');
    expect(press('/', { repeat: true })).toBe(true);
    expect(done).toEqual(['search']);
  });

  test('belong to the last that asked for them, then to the one before', () => {
    const { done, keys, press } = open();
    const stop = keys.on('search', () => done.push('other'));
    press('/');
    stop();
    press('/');
    expect(done).toEqual(['other', 'search']);
  });
});

describe('the table of keys', () => {
  const all = Object.values(SHORTCUTS).map(({ keys }) => keys);

  test('has each key once, and none that begins another', () => {
    expect(new Set(all).size).toBe(all.length);
    for (const keys of all) expect(all.filter((other) => other.startsWith(`${keys} `))).toEqual([]);
  });

  test('is shown whole, by groups', () => {
    const shown = KEY_GROUPS.flatMap((group) => keysOf(group));
    expect(shown).toHaveLength(all.length + LOCAL_KEYS.length);
    expect(keysOf('Everywhere')).toContainEqual({ caps: ['g', 'm'], does: 'Go to the map' });
    expect(keysOf('Map')).toContainEqual({ caps: ['←', '→', '↑', '↓'], does: 'Move the map' });
  });
});
