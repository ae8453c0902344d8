import type { IdentitiesAnswer } from 'contrail/dashboard/protocol';
import { describe, expect, test } from 'vitest';
import { ASK_EACH_MS, Identities } from '../../src/state/identities.ts';
import { Picture } from '../../src/live/picture.ts';

const ANSWER: IdentitiesAnswer = {
  token: 'run.1',
  since: null,
  icao24: ['3c6444', 'abcdef'],
  registration: ['D-AIZA', null],
  type_code: ['A320', 'C172'],
  operator: [0, null],
  operators: ['Lufthansa'],
};

/** A store whose server answers what it is given, and a clock that only tests move. */
function store() {
  const asked: string[] = [];
  const timers: (() => void)[] = [];
  let answer: IdentitiesAnswer | null = ANSWER;
  const identities = new Identities({
    picture: new Picture(),
    fetch: async (path) => {
      asked.push(typeof path === 'string' ? path : 'not a path');
      return answer === null ? new Response('', { status: 500 }) : Response.json(answer);
    },
    later: (run, delay) => {
      expect(delay).toBe(ASK_EACH_MS);
      timers.push(run);
      return () => undefined;
    },
  });
  return {
    identities,
    asked,
    /** Hears of a token, and waits until what that asks for has come. */
    async hear(token: string | null) {
      identities.hear(token);
      for (let i = 0; i < 20; i++) await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    },
    pass: () => timers.splice(0).forEach((run) => run()),
    answers: (next: IdentitiesAnswer | null) => void (answer = next),
  };
}

describe('who aircraft are', () => {
  test('is not asked for where nobody knows anything, nor twice for one state of the server', async () => {
    const page = store();
    await page.hear(null);
    expect(page.asked).toEqual([]);
    await page.hear('run.1');
    page.pass();
    await page.hear('run.1');
    expect(page.asked).toEqual(['api/identities']);
    expect(page.identities.of('3C6444')).toEqual({
      registration: 'D-AIZA',
      type_code: 'A320',
      operator: 'Lufthansa',
    });
    expect(page.identities.at(0xabcdef)).toMatchObject({ registration: null, type_code: 'C172' });
    expect(page.identities.of('000000')).toBeNull();
  });

  test('is asked for from where the page is, however often the server goes on meanwhile', async () => {
    const page = store();
    await page.hear('run.1');
    page.answers({ ...ANSWER, token: 'run.5', since: 'run.1', icao24: ['3c6444'], registration: ['D-AIZB'] });
    for (let i = 2; i <= 5; i++) await page.hear(`run.${i}`);
    expect(page.asked).toHaveLength(1);
    page.pass();
    await page.hear('run.5');
    expect(page.asked).toEqual(['api/identities', 'api/identities?since=run.1']);
    expect(page.identities.of('3c6444')?.registration).toBe('D-AIZB');
    expect(page.identities.of('abcdef')?.type_code).toBe('C172');
  });

  test('of another run of the server replaces what the page knew', async () => {
    const page = store();
    await page.hear('run.1');
    page.pass();
    page.answers({ ...ANSWER, token: 'next.1', icao24: ['3c6444'] });
    await page.hear('next.1');
    expect([page.identities.of('abcdef'), page.identities.value]).toEqual([null, 2]);
  });

  test('is asked for again with the next state when the server could not say', async () => {
    const page = store();
    page.answers(null);
    await page.hear('run.1');
    expect(page.identities.value).toBe(0);
    page.pass();
    page.answers(ANSWER);
    await page.hear('run.1');
    expect(page.identities.value).toBe(1);
  });
});
