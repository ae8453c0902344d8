import { NetworkError } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { ContrailError, type ErrorCode } from '../../../src/errors.ts';
import { abortable, Patience } from '../../../src/topic/kafka/patience.ts';

const away = (code: ErrorCode = 'kafka-unreachable'): ContrailError => new ContrailError(code, 'away');

function listener() {
  const heard: string[] = [];
  return {
    heard,
    onTrouble: (error: ContrailError) => void heard.push(error.code),
    onRecovered: () => void heard.push('recovered'),
  };
}

describe('patience', () => {
  it('says once that Kafka is away, from the second failure on, again for another reason, and once that it is back', () => {
    const { heard, ...hooks } = listener();
    const patience = new Patience(hooks, () => 0.5);
    patience.failed(away(), 1);
    expect(heard).toEqual([]);
    for (let attempt = 2; attempt < 6; attempt++) patience.failed(away(), attempt);
    patience.failed(away('topic-missing'), 6);
    patience.succeeded();
    patience.succeeded();
    expect(heard).toEqual(['kafka-unreachable', 'topic-missing', 'recovered']);
  });

  it('says nothing of a failure that is over at the next try', () => {
    const { heard, ...hooks } = listener();
    const patience = new Patience(hooks, () => 0.5);
    patience.failed(away(), 1);
    patience.succeeded();
    expect(heard).toEqual([]);
  });

  it('waits longer from try to try, 10 s at most, and spreads', () => {
    const pauses = (chance: number): number[] => {
      const patience = new Patience({}, () => chance);
      return Array.from({ length: 8 }, (_, i) => patience.failed(away(), i + 1));
    };
    expect(pauses(0.5)).toEqual([200, 500, 1_000, 2_000, 5_000, 10_000, 10_000, 10_000]);
    expect(pauses(0)[7]).toBe(8_000);
    expect(pauses(1)[7]).toBe(12_000);
  });

  it('tries until it works', async () => {
    let tries = 0;
    const work = async (): Promise<string> => {
      if (++tries < 2) throw new NetworkError('Connection closed');
      return 'there';
    };
    expect(await new Patience({}, () => 0.5).retry('Looking', work)).toBe('there');
  });

  it('does not wait for what waiting cannot cure', async () => {
    const refused = new ContrailError('kafka-authentication-failed', 'no');
    const work = new Patience({}, () => 0.5).retry('Looking', () => Promise.reject(refused));
    await expect(work).rejects.toBe(refused);
  });

  it('stops waiting when the signal fires', async () => {
    const stop = new AbortController();
    const patience = new Patience({ onTrouble: () => stop.abort(new Error('stop')) }, () => 0);
    await expect(patience.retry('Looking', () => Promise.reject(away()), stop.signal)).rejects.toThrow(
      'stop',
    );
  });
});

describe('abortable', () => {
  it('gives what the promise gives, or the reason of a signal that fires first', async () => {
    const stop = new AbortController();
    expect(await abortable(Promise.resolve(1), stop.signal)).toBe(1);
    const never = abortable(new Promise(() => undefined), stop.signal);
    stop.abort(new Error('stop'));
    await expect(never).rejects.toThrow('stop');
    await expect(abortable(new Promise(() => undefined), stop.signal)).rejects.toThrow('stop');
  });
});
