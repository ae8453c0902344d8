import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { choosePorts, freePort, isFreePort, type PortSearch, USUAL_PORTS } from '../../src/cluster/ports.ts';

/** A machine where these ports are in use, and 50001, 50002, … come next. */
function machine(...used: readonly number[]): PortSearch {
  let next = 50_000;
  return { isFree: async (port) => !used.includes(port), anyFree: async () => ++next };
}

describe('the ports of a cluster', () => {
  it('are the usual ones where nobody has them', async () => {
    expect(await choosePorts(USUAL_PORTS, [], machine())).toEqual(USUAL_PORTS);
  });

  it('are free ones instead of those in use, also when the first free one is in use by then', async () => {
    expect(await choosePorts(USUAL_PORTS, [], machine(9092, 4040, 50_001))).toEqual({
      ...USUAL_PORTS,
      kafka: 50_002,
      application: 50_003,
    });
  });

  it('stay as they are for what runs on them, and nobody else gets them', async () => {
    const wanted = { ...USUAL_PORTS, s3: 9092 };
    expect(await choosePorts(wanted, ['kafka'], machine(9092))).toEqual({ ...wanted, s3: 50_001 });
  });

  it('that nobody uses are below those that systems give to connections, and given once', async () => {
    const ports = await Promise.all(Array.from({ length: 200 }, freePort));
    expect(new Set(ports).size).toBe(200);
    expect(Math.max(...ports)).toBeLessThan(32_768);
    expect(Math.min(...ports)).toBeGreaterThan(1024);
  });

  it('are in use while a program listens on them', async () => {
    const port = await freePort();
    expect(await isFreePort(port)).toBe(true);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    expect(await isFreePort(port)).toBe(false);
    server.close();
    await once(server, 'close');
  });
});
