import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Paces } from '../../src/pipeline/pace.ts';

const seen = (paces: Paces, times: readonly number[], snapshots = 1): number | null => {
  for (const snapshot of times) paces.add([{ feed: 'opensky', snapshot, snapshots }]);
  return paces.list().find(({ feed }) => feed === 'opensky')?.pace_s ?? null;
};

describe('the pace of a feed', () => {
  it('is not known before the second answer', () => {
    const paces = new Paces();
    expect(seen(paces, [1000])).toBeNull();
    expect(seen(paces, [1086])).toBe(86);
  });

  it('is the middle of the last intervals: an answer that is late, or the same again, does not show', () => {
    expect(seen(new Paces(), [0, 10, 20, 30, 95, 105, 105, 115])).toBe(10);
  });

  it('follows a feed that is asked faster or slower', () => {
    const paces = new Paces();
    expect(seen(paces, [0, 864, 1728, 2592])).toBe(864);
    expect(seen(paces, [2602, 2612, 2622])).toBe(10);
    expect(seen(paces, [2712, 2802, 2892])).toBe(90);
  });

  it('is that of the answers, not of the micro-batches', () => {
    expect(seen(new Paces(), [0, 50, 100], 5)).toBe(10);
  });

  it('stays what it was when a feed comes back after an hour', () => {
    const paces = new Paces();
    seen(paces, [0, 1, 2, 3, 4, 5, 6]);
    expect(seen(paces, [4000])).toBe(1);
  });

  it('goes on from what was known before a restart', () => {
    const paces = new Paces([{ feed: 'opensky', snapshot: 1000, pace_s: 90 }]);
    expect(paces.list()).toEqual([{ feed: 'opensky', snapshot: 1000, pace_s: 90 }]);
  });

  it('is held for a bounded number of feeds, those heard last', () => {
    const paces = new Paces();
    for (let feed = 0; feed < 100; feed += 1) paces.add([{ feed: `f${feed}`, snapshot: feed, snapshots: 1 }]);
    expect(paces.list()).toHaveLength(32);
    expect(paces.list().at(-1)?.feed).toBe('f99');
  });

  it('is within the intervals that were seen, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 50 }), (times) => {
        const pace = seen(new Paces(), times);
        expect(pace === null || (pace > 0 && pace <= 100_000)).toBe(true);
      }),
    );
  });
});
