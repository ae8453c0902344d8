import { expect, test } from 'vitest';
import { ReadsbSource } from '../../../src/ingest/readsb/readsb-source.ts';
import type { Source } from '../../../src/ingest/source.ts';
import { sourceFindings } from '../../../src/program/doctor/source-findings.ts';
import { fakeWorld } from '../../ingest/fake-world.ts';
import { folderOf } from '../../ingest/folder.ts';
import { MockReceiver } from '../../ingest/mock-receiver.ts';
import { READSB } from '../../ingest/readsb/answers.ts';

test('says of each receiver what it hears, or why it does not answer, and asks no feed that costs', async () => {
  const world = fakeWorld('2026-11-23T12:00:00Z');
  await using folder = await folderOf({ 'aircraft.json': JSON.stringify(READSB) });
  await using mock = await MockReceiver.start({}, world.clock);
  const receiver = (spec: string): Source => {
    expect(spec).toMatch(/^readsb:/);
    return new ReadsbSource(spec.slice('readsb:'.length), { ...world, fetch });
  };
  const gone = `${mock.origin}/data/aircraft.json`;
  const findings = await sourceFindings(
    ['opensky', `readsb:${folder.path}`, `readsb:${gone}`, 'sbs:localhost'],
    receiver,
    world,
  );
  expect(findings).toMatchObject([
    { check: `readsb:${folder.path}`, ok: true, found: '4 aircraft, 4 with a position' },
    {
      check: `readsb:${gone}`,
      ok: false,
      found: `${gone} gives no aircraft: it answered 404 and a web page`,
    },
  ]);
  expect(mock.requests.length).toBe(2);
});

test('does not wait for a receiver that says nothing', async () => {
  const world = fakeWorld('2026-11-23T12:00:00Z');
  await using mock = await MockReceiver.start({}, world.clock);
  mock.faults.push({ kind: 'hang', reached: () => world.timeouts.find(({ ms }) => ms === 5_000)?.fire() });
  const silent = new ReadsbSource(`${mock.origin}/data/aircraft.json`, { ...world, fetch });
  expect(await sourceFindings(['readsb:x'], () => silent, world)).toMatchObject([
    { ok: false, found: 'no answer within 5 s' },
  ]);
});
