import { describe, expect, it } from 'vitest';
import { detourOf, placeOf } from '../../../src/dashboard/routes/place.ts';

describe('the place of a request', () => {
  it('is the same at the root and below any path of a proxy', () => {
    for (const prefix of ['', '/contrail', '/a/b.c']) {
      expect(placeOf(`${prefix}/`)).toBe('/');
      expect(placeOf(`${prefix}/traffic`)).toBe('/traffic');
      expect(placeOf(`${prefix}/api/aircraft/3c6444/track`)).toBe('/api/aircraft/3c6444/track');
      expect(placeOf(`${prefix}/assets/main-1a2b.js`)).toBe('/assets/main-1a2b.js');
      expect(placeOf(`${prefix}/healthz`)).toBe('/healthz');
    }
  });
});

describe('the detour of a browser', () => {
  it('adds the slash that a folder lacks, takes away one that a page has too many, and leaves other addresses alone', () => {
    const resolved = (path: string): string | null => {
      const detour = detourOf(path);
      return detour === null ? null : new URL(detour, `http://proxy${path}`).pathname;
    };
    expect(['/contrail', '/a/contrail', '/contrail/traffic/', '/traffic/'].map(resolved)).toEqual([
      '/contrail/',
      '/a/contrail/',
      '/contrail/traffic',
      '/traffic',
    ]);
    for (const path of [
      '/',
      '/contrail/',
      '/traffic',
      '/contrail/pipeline',
      '/icon.svg',
      '/%2f',
      '//',
      '/a:b',
    ]) {
      expect(resolved(path)).toBeNull();
    }
  });
});
