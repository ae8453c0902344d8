import { memoryStore } from '@contrail/delta-lake';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { servicesInUse } from '../../src/program/services.ts';
import { loadSettings } from '../../src/config/settings.ts';
import { askService, type WatchedService } from '../../src/dashboard/watch/service-watch.ts';

/** A port of this machine; with `isOpen` somebody listens there until the end of the block. */
async function port(isOpen: boolean): Promise<AsyncDisposable & { readonly number: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: number } = server.address() as AddressInfo;
  const close = async (): Promise<void> => void (await new Promise((done) => server.close(done)));
  if (!isOpen) await close();
  return { number, [Symbol.asyncDispose]: isOpen ? close : async () => {} };
}

function service(name: string, connect: number, master: number): WatchedService {
  const settings = loadSettings({
    KAFKA_BOOTSTRAP: '127.0.0.1:9092',
    SPARK_REMOTE: `sc://127.0.0.1:${connect}/;token=s3cret`,
    SPARK_MASTER_URL: `spark://127.0.0.1:${master}`,
  });
  const found = servicesInUse(settings, 'data', memoryStore()).find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} is not watched`);
  return found;
}

describe('the services in use', () => {
  it('say at once that the Connect server is away, and not that the master is', async () => {
    await using connect = await port(false);
    await using master = await port(true);
    const spark = service('spark', connect.number, master.number);
    expect(spark.address).toBe(`sc://127.0.0.1:${connect.number}`);
    await expect(askService(spark)).rejects.toThrow(/ECONNREFUSED 127\.0\.0\.1:\d+$/);
    expect(await askService(service('spark-master', connect.number, master.number))).toBe('answers');
  });

  it('say that the master is away', async () => {
    await using connect = await port(false);
    await using master = await port(false);
    await expect(askService(service('spark-master', connect.number, master.number))).rejects.toThrow(
      `The Spark master does not answer at spark://127.0.0.1:${master.number}.`,
    );
  });
});
