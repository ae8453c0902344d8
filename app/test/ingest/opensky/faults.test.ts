import { describe, expect, test } from 'vitest';
import { decodeMessage } from '../../../src/flight/decode-message.ts';
import { ingest } from '../../../src/ingest/ingest.ts';
import { askOverHttp } from '../../../src/program/ask-over-http.ts';
import { OpenSkySource } from '../../../src/ingest/opensky/opensky-source.ts';
import type { SourceState } from '../../../src/ingest/source.ts';
import { fakeWorld } from '../fake-world.ts';
import { FAULT_CASES, type FaultCase } from '../faults.ts';
import { ListTopic } from '../list-topic.ts';
import { CLIENT_ID, CLIENT_SECRET, MockOpenSky } from '../mock-opensky.ts';

const credentials = { clientId: CLIENT_ID, clientSecret: { reveal: () => CLIENT_SECRET } };

interface Outcome {
  readonly states: readonly SourceState[];
  readonly values: readonly string[];
  readonly hosts: ReadonlySet<string>;
}

/** Lets a source live through faults and one good answer after them. */
async function liveThrough(cases: readonly FaultCase[]): Promise<Outcome> {
  const world = fakeWorld(new Date().toISOString());
  await using mock = await MockOpenSky.start({ clock: world.clock });
  for (const { fault, isTokens } of cases) (isTokens === true ? mock.tokenFaults : mock.faults).push(fault);
  const hosts = new Set<string>();
  const stop = new AbortController();
  const source = new OpenSkySource(
    { ...mock.urls, credentials },
    {
      ...world,
      // What only a limit ends need not take so long here.
      timeout: cases.some(({ isSlow }) => isSlow) ? (ms) => AbortSignal.timeout(ms / 100) : world.timeout,
      fetch: (input, init) => {
        hosts.add(new URL(input instanceof Request ? input.url : input).host);
        return askOverHttp(input, init);
      },
    },
  );
  const states: SourceState[] = [];
  const topic = new ListTopic();
  const onState = (state: SourceState): void => {
    states.push(state);
    if (states.length > cases.length) stop.abort();
  };
  await ingest(source, topic, { clock: world.clock, signal: stop.signal, onState, expectSimulated: false });
  return { states, values: topic.messages.map(({ value }) => String(value)), hosts };
}

const wordsOf = (state: SourceState | undefined): string =>
  [state?.message, ...(state?.notices ?? []).map(({ message }) => message)].join('\n');

describe('no answer ends the process, each is said in words, and the next poll comes: ', () => {
  test.each(FAULT_CASES.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const { states, hosts } = await liveThrough([one]);
    expect(states[0]?.kind).toBe(one.kind);
    expect(wordsOf(states[0])).toMatch(one.says);
    expect(states[1]?.kind).toBe('ok');
    // Nor is anybody else asked.
    expect(hosts.size).toBe(1);
    // eslint-disable-next-line no-control-regex -- that is the point
    expect(wordsOf(states[0])).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
  });
});

test('a row that is no state vector is no lost row: each row is one message, and none passes for what it is not', async () => {
  const one = FAULT_CASES.find(({ name }) => name === 'rows that are no lists') as FaultCase;
  const { values } = await liveThrough([one]);
  expect(values.slice(1, 5)).toEqual(['null', '7', '"x"', '[{"feed":"simulator"}]']);
  expect(values.slice(1, 5).every((value) => decodeMessage(value).malformed !== null)).toBe(true);
});

test('what is odd is about the same thing at every poll, so that it can be said once', async () => {
  const one = FAULT_CASES.find(({ name }) => name === '502') as FaultCase;
  const { states } = await liveThrough([one, one]);
  expect(states[0]?.message).not.toBe(states[1]?.message);
  expect(states[0]?.about).toBe(states[1]?.about);
  expect(states[0]?.about).not.toMatch(/\d\d:\d\d:\d\d/);
});
