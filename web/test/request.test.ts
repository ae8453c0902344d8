import { describe, expect, test } from 'vitest';
import { getJson, Refused } from '../src/api/request.ts';

const { signal } = new AbortController();
const answering =
  (status: number, body: string): typeof fetch =>
  async () =>
    new Response(body, { status });
const problem = JSON.stringify({ error: { code: 'x', message: 'What is wrong.' } });

describe('the answer of a JSON route', () => {
  test('is what the server says', async () => {
    expect(await getJson(answering(200, '{"a":1}'), 'api/x', signal)).toEqual({ a: 1 });
  });

  test.each([400, 404, 501])('of status %i takes back what was answered before, in words', async (status) => {
    const failed = getJson(answering(status, problem), 'api/x', signal);
    await expect(failed).rejects.toThrow('What is wrong.');
    await expect(failed).rejects.toBeInstanceOf(Refused);
  });

  test.each([500, 503])('of status %i is a trouble that passes', async (status) => {
    const failed = getJson(answering(status, 'no JSON'), 'api/x', signal);
    await expect(failed).rejects.toThrow(`The server answered HTTP ${status}.`);
    await expect(failed).rejects.not.toBeInstanceOf(Refused);
  });
});
