import { describe, expect, test } from 'vitest';
import { ALTITUDE_EDGES_M, altitudeClass, CLASS_COUNT, UNKNOWN_CLASS } from '../src/filter/altitude-class.ts';
import { PALETTES, type Theme } from '../src/map/ramp.ts';

type Triple = readonly [number, number, number];

/** Full loss of one kind of cone. Source: Machado, Oliveira, Fernandes 2009, table 1, severity 1.0. */
const SIGHTS: Readonly<Record<string, readonly number[]>> = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};
const THEMES: readonly Theme[] = ['dark', 'light'];

function linear(hex: string): Triple {
  const part = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [a, b]
    .map((hex) => {
      const [r, g, bl] = linear(hex);
      return 0.2126 * r + 0.7152 * g + 0.0722 * bl;
    })
    .toSorted((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** CIE L*a*b* (D65) of a colour as somebody with this sight sees it. */
function lab(hex: string, sight: readonly number[]): Triple {
  const rgb = linear(hex);
  const seen = [0, 3, 6].map((row) => {
    const value = rgb.reduce((sum, part, i) => sum + part * (sight[row + i] ?? 0), 0);
    return Math.min(1, Math.max(0, value));
  });
  const [r = 0, g = 0, b = 0] = seen;
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

describe.each(THEMES)('the %s ramp', (theme) => {
  const { classes, land, sea } = PALETTES[theme];

  test.each(Object.keys(SIGHTS))('keeps any two classes apart for %s sight', (name) => {
    const seen = classes.map((hex) => lab(hex, SIGHTS[name] ?? []));
    for (let i = 0; i < seen.length; i++) {
      for (let j = 0; j < i; j++) {
        const distance = Math.hypot(...[0, 1, 2].map((k) => (seen[i]?.[k] ?? 0) - (seen[j]?.[k] ?? 0)));
        expect(distance, `classes ${i} and ${j}`).toBeGreaterThanOrEqual(10);
      }
    }
  });

  test('stands out from land and sea', () => {
    for (const hex of classes) {
      expect(contrast(hex, land), hex).toBeGreaterThanOrEqual(3);
      expect(contrast(hex, sea), hex).toBeGreaterThanOrEqual(3);
    }
  });
});

test.each(THEMES)(
  'no class of the %s ramp looks like an emergency, and none is nearly black or white',
  (theme) => {
    const { classes, emergency } = PALETTES[theme];
    const normal = SIGHTS['normal'] ?? [];
    const alarm = lab(emergency, normal);
    for (const hex of classes) {
      const seen = lab(hex, normal);
      expect(Math.hypot(...[0, 1, 2].map((k) => (seen[k] ?? 0) - (alarm[k] ?? 0))), hex).toBeGreaterThan(30);
      expect(seen[0], hex).toBeGreaterThan(28);
    }
  },
);

describe('altitude classes', () => {
  test('begin at their edge', () => {
    expect(ALTITUDE_EDGES_M.map((edge) => altitudeClass(edge, false))).toEqual([2, 3, 4, 5, 6]);
    expect(ALTITUDE_EDGES_M.map((edge) => altitudeClass(edge - 1, false))).toEqual([1, 2, 3, 4, 5]);
  });

  test('take below sea level as low, and an unknown altitude as neither 0 nor the ground', () => {
    expect(altitudeClass(-30, false)).toBe(1);
    expect(altitudeClass(null, false)).toBe(UNKNOWN_CLASS);
    expect(altitudeClass(null, true)).toBe(0);
    expect(altitudeClass(11_000, true)).toBe(0);
    expect(PALETTES.dark.classes).toHaveLength(CLASS_COUNT);
  });
});
