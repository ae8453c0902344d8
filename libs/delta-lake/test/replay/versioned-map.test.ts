import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VersionedMap } from '../../src/replay/versioned-map.ts';

const change = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.option(fc.nat()));

test('every version stays what it was, looked at in any order, also when a new line starts from an old one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), fc.array(change, { maxLength: 4 }))),
      fc.array(fc.nat()),
      (edits, looks) => {
        const versions = [{ map: VersionedMap.empty<number>(), model: new Map<string, number>() }];
        for (const [from, changes] of edits) {
          const base = versions[from % versions.length];
          if (!base) throw new Error('unreachable');
          const edit = base.map.edit();
          const model = new Map(base.model);
          for (const [key, value] of changes) {
            expect(edit.get(key)).toBe(model.get(key));
            if (value === null) {
              expect(edit.delete(key)).toBe(model.get(key));
              model.delete(key);
            } else {
              edit.set(key, value);
              model.set(key, value);
            }
          }
          versions.push({ map: edit.done(), model });
        }
        for (const look of [...looks, ...versions.keys()]) {
          const { map, model } = versions[look % versions.length] ??
            versions[0] ?? { map: VersionedMap.empty(), model: new Map() };
          expect(map.size).toBe(model.size);
          for (const key of ['a', 'b', 'c', 'd']) expect(map.get(key)).toBe(model.get(key));
          expect(map.values().sort((a, b) => a - b)).toEqual([...model.values()].sort((a, b) => a - b));
        }
      },
    ),
  );
});
