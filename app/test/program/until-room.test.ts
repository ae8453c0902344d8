import { DeltaError } from '@contrail/delta-lake';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { untilRoom } from '../../src/program/until-room.ts';
import { ContrailError, isDiskTrouble } from '../../src/errors.ts';

const full = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

describe('what a command begins with', () => {
  afterEach(() => void vi.restoreAllMocks());

  test('is tried again on a full disk until it succeeds, and said once', async () => {
    const lines = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    let tries = 0;
    const work = async (): Promise<number> => {
      tries += 1;
      if (tries < 4) throw full();
      return tries;
    };
    expect(await untilRoom(work, new AbortController().signal, async () => undefined)).toBe(4);
    expect(lines).toHaveBeenCalledOnce();
  });

  test('sees a full disk behind what the store and the topic say, and not a right that is missing', () => {
    const inStore = new DeltaError('store-failed', 'Cannot write.', { cause: full() });
    expect(isDiskTrouble(inStore)).toBe(true);
    expect(isDiskTrouble(new ContrailError('topic-disk-full', 'Full.'))).toBe(true);
    const noRight = Object.assign(new Error('EACCES'), { code: 'EACCES' });
    expect(isDiskTrouble(new DeltaError('store-failed', 'Cannot write.', { cause: noRight }))).toBe(false);
    expect(isDiskTrouble(null)).toBe(false);
  });

  test('ends with any other error, and with the signal', async () => {
    const { signal } = new AbortController();
    const invalid = new ContrailError('topic-partitions-differ', 'Other partitions.');
    await expect(untilRoom(() => Promise.reject(invalid), signal)).rejects.toBe(invalid);
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const stop = new AbortController();
    const waiting = untilRoom(() => Promise.reject(full()), stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow();
  });
});
