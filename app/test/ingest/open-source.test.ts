import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { SOURCE_FORMS, openSource } from '../../src/ingest/open-source.ts';
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
  ['adsblol:52.3,4.8,100', false],
  ['adsbfi:-33.9,18.4,50', false],
  ['airplaneslive:0,179.9,250.5', false],
  ['adsbx:https://gateway.adsbexchange.com/api/aircraft/v2/all', false],
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
  'adsbx:',
  'adsbx:api.adsb.lol',
  'adsbx:ftp://api.adsb.lol/',
  'ndjson:',
  'sbs:',
  'archive:',
  'opensky:x',
  'Simulator',
  'file.ndjson',
  'xyz:1',
])('"%s" is refused with the forms that are known', (spec) => {
  const open = () => openSource(spec, components);
  expect(open).toThrow(expect.objectContaining({ kind: 'invalid', code: 'source-unknown' }) as Error);
  for (const form of SOURCE_FORMS) expect(open).toThrow(form);
});

test.each([
  '',
  '52.3',
  '52.3,4.8',
  '52.3,4.8,0',
  '52.3,4.8,2000',
  '91,4.8,10',
  '52.3,181,10',
  '52.3,4.8,10,1',
  'a,b,c',
  '52.3,,10',
])('an area "%s" that is none is refused with one that is', (area) => {
  const refusal = expect.objectContaining({ kind: 'invalid', code: 'feed-area' }) as Error;
  expect(() => openSource(`adsblol:${area}`, components)).toThrow(refusal);
  expect(() => openSource(`adsblol:${area}`, components)).toThrow('adsblol:52.3,4.8,100');
});
