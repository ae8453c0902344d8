import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AnswerCache } from '../../src/dashboard/answer-cache.ts';
import { Body, encodingFor } from '../../src/dashboard/compressed.ts';

describe('how an answer travels', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['GZIP;q=0.5', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0.2, gzip;q=0.8', 'gzip'],
    ['*', 'br'],
    ['*;q=0', 'identity'],
    ['deflate', 'identity'],
    ['gzip;q=nonsense', 'identity'],
  ])('to a request that takes %j is %s', (accepted, encoding) => {
    expect(encodingFor(accepted)).toBe(encoding);
  });

  it('is compressed once for all who take the same', async () => {
    const text = JSON.stringify({ rows: Array.from({ length: 500 }, (_, i) => [i, 'Germany']) });
    const body = new Body(text);
    const [first, second] = await Promise.all([body.for('br'), body.for('br')]);
    expect(first.bytes).toBe(second.bytes);
    expect(brotliDecompressSync(first.bytes).toString()).toBe(text);
    const { bytes, encoding } = await body.for('gzip');
    expect([encoding, gunzipSync(bytes).toString() === text]).toEqual(['gzip', true]);
    expect(bytes.length).toBeLessThan(text.length / 3);
    expect((await body.for(undefined)).bytes.length).toBe(text.length);
  });

  it('is plain where it is so short that nothing is gained', async () => {
    expect((await new Body('{}').for('br, gzip')).encoding).toBe('identity');
  });

  it('is made once for one question at one version', async () => {
    const cache = new AnswerCache();
    let asked = 0;
    const compute = async (): Promise<object> => ({ asked: ++asked });
    const first = await cache.get('traffic', 'v1', compute);
    expect(await cache.get('traffic', 'v1', compute)).toBe(first);
    await cache.get('traffic', 'v2', compute);
    expect(asked).toBe(2);
  });
});
