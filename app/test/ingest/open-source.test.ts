import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { LATER_FORMS, SOURCE_FORMS, openSource } from '../../src/ingest/open-source.ts';
import { airports } from './airports.ts';
import { fakeWorld } from './fake-world.ts';

const components = {
  ...fakeWorld('2026-11-23T12:00:00Z'),
  fetch,
  airports: () => airports,
  stdin: Readable.from([]),
};

test.each([
  ['opensky', false],
  ['simulator', true],
  ['readsb:http://raspberrypi/tar1090/', false],
  ['readsb:/run/readsb/aircraft.json', false],
  ['replay:/some/folder', false],
  ['replay:C:\\recordings', false],
  ['ndjson:messages.ndjson', null],
  ['ndjson:-', null],
  ['sbs:localhost:30003', false],
  ['sbs:[::1]', false],
  ['archive:/some/folder', false],
])('%s is a source of its name', (spec, simulated) => {
  expect(openSource(spec, components)).toMatchObject({ name: spec, simulated });
});

test.each([
  '',
  'auto',
  'replay',
  'replay:',
  'readsb:',
  'ndjson:',
  'sbs:',
  'archive:',
  'opensky:x',
  'Simulator',
  'file.ndjson',
  ...LATER_FORMS,
])('"%s" is refused with the forms that are known', (spec) => {
  const open = () => openSource(spec, components);
  expect(open).toThrow(expect.objectContaining({ kind: 'invalid', code: 'source-unknown' }) as Error);
  for (const form of [...SOURCE_FORMS, ...LATER_FORMS]) expect(open).toThrow(form);
});

test('a form that comes later is told from one that never was', () => {
  expect(() => openSource('adsbx:https://x', components)).toThrow('adsbx:https://x is not supported yet');
  expect(() => openSource('xyz:1', components)).toThrow('There is no source "xyz:1"');
});
