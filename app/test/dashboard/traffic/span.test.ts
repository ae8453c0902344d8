import { describe, expect, it } from 'vitest';
import { nameOfSpan, parseSpan } from '../../../src/dashboard/traffic/span.ts';

const span = (query: string): unknown => {
  const parameters = new URLSearchParams(query);
  return parseSpan((name) => parameters.get(name) ?? undefined);
};

describe('the span of a question about traffic', () => {
  it.each([
    ['', { kind: 'newest', windows: 24 }],
    ['windows=288', { kind: 'newest', windows: 288 }],
    ['from=1000&to=2000', { kind: 'range', from: 900, to: 2100, step: 300 }],
    ['from=1000&to=2000&step=3600', { kind: 'range', from: 0, to: 3600, step: 3600 }],
    ['from=0', { kind: 'range', from: 0, to: 604_800, step: 300 }],
  ])('of "%s" begins and ends with whole steps', (query, expected) => {
    expect(span(query)).toEqual(expected);
  });

  it.each([
    'windows=0',
    'windows=289',
    'from=x',
    'from=10&to=10',
    'from=0&step=100',
    'from=0&step=400',
    'from=0&to=604801',
  ])('refuses %s in words', (query) => {
    expect(() => span(query)).toThrow(expect.objectContaining({ code: 'invalid-parameter' }));
  });

  it('has one name for each', () => {
    const names = ['windows=3', 'windows=4', 'from=0&to=300', 'from=0&to=600', 'from=0&to=600&step=600'].map(
      (query) => nameOfSpan(span(query) as Parameters<typeof nameOfSpan>[0]),
    );
    expect(new Set(names).size).toBe(5);
  });
});
