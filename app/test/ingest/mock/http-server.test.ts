import { describe, expect, test } from 'vitest';
import { type Answered, MockHttpServer } from '../../../src/ingest/mock/http-server.ts';
import { type Fault, JSON_TYPE, reply } from '../../../src/ingest/mock/reply.ts';

/** A server that counts, with a fault for its second answer. */
async function counting(fault: Fault | null = null) {
  let [asked, served] = [0, 0];
  const answered: Answered[] = [];
  const server = await MockHttpServer.start({
    clock: () => Date.parse('2026-11-23T12:00:00Z'),
    answer: () => reply(200, JSON.stringify({ answer: (served += 1) }), JSON_TYPE),
    faultOf: () => ((asked += 1) === 2 ? fault : null),
    onAnswered: (one) => answered.push(one),
    hasDates: () => true,
    hasEtags: () => true,
  });
  return { server, answered, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const texts = async (origin: string, count: number): Promise<readonly string[]> => {
  const all: string[] = [];
  for (let request = 0; request < count; request += 1) all.push(await (await fetch(origin)).text());
  return all;
};

describe('a server of a mock', () => {
  test('packs its answers, dates them by its own clock, and does not send the same one twice', async () => {
    await using server = await MockHttpServer.start({
      clock: () => Date.parse('2026-11-23T12:00:00Z'),
      answer: () => reply(200, '{"answer":1}', JSON_TYPE),
      hasDates: () => true,
      hasEtags: () => true,
    });
    const first = await fetch(server.origin);
    expect(first.headers.get('date')).toBe('Mon, 23 Nov 2026 12:00:00 GMT');
    expect(first.headers.get('content-encoding')).toBe('gzip');
    const etag = first.headers.get('etag') ?? '';
    expect((await fetch(server.origin, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await fetch(server.origin, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  test('gives the answer of before again, and goes on', async () => {
    await using it = await counting({ kind: 'repeated' });
    const all = await texts(it.server.origin, 3);
    expect(all).toEqual(['{"answer":1}', '{"answer":1}', '{"answer":3}']);
    expect(it.answered.map(({ status }) => status)).toEqual([200, 0, 200]);
  });

  test('gives the second half of an answer later', async () => {
    await using it = await counting({ kind: 'late', ms: 30 });
    const all = await texts(it.server.origin, 3);
    expect(all[1]).toBe('{"answer":2}');
  });

  test('gives half of an answer', async () => {
    await using it = await counting({ kind: 'truncated' });
    expect((await texts(it.server.origin, 2))[1]).toBe('{"answ');
  });

  test('shows no fault to who is not let in', async () => {
    await using server = await MockHttpServer.start({
      clock: () => 0,
      answer: () => reply(401),
      faultOf: () => ({ kind: 'status', status: 503 }),
    });
    expect((await fetch(server.origin)).status).toBe(401);
  });

  test('says what keeps it from an answer', async () => {
    await using server = await MockHttpServer.start({
      clock: () => 0,
      answer: () => {
        throw new Error('The recording is gone.');
      },
    });
    const answer = await fetch(server.origin);
    expect([answer.status, await answer.text()]).toEqual([500, 'The recording is gone.']);
  });
});
