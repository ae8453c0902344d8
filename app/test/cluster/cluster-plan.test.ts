import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClusterPlan, heapsFor, newKeys, readPlan, writePlan } from '../../src/cluster/cluster-plan.ts';
import { USUAL_PORTS } from '../../src/cluster/ports.ts';
import { envText, settingsFor } from '../../src/cluster/settings-file.ts';
import { loadSettings, withDotEnv } from '../../src/config/settings.ts';

const PLAN: ClusterPlan = {
  version: 1,
  ports: USUAL_PORTS,
  s3: { kind: 'versitygw', bucket: 'lake', ...newKeys() },
};
const GIB = 2 ** 30;

describe('the plan of a cluster', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'contrail-plan-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is kept for its owner alone', async () => {
    expect(await readPlan(folder)).toBeNull();
    await writePlan(folder, PLAN);
    expect(await readPlan(folder)).toEqual(PLAN);
    expect(statSync(join(folder, 'cluster.json')).mode & 0o077).toBe(0);
  });

  it.each(['{', '{"version":2}'])('is refused when it reads %s', async (text) => {
    writeFileSync(join(folder, 'cluster.json'), text);
    await expect(readPlan(folder)).rejects.toMatchObject({ code: 'cluster-plan-unreadable' });
  });

  it('has a secret of its own, long enough for every store', () => {
    expect(newKeys().secretKey.length).toBeGreaterThanOrEqual(16);
    expect(newKeys().secretKey).not.toBe(newKeys().secretKey);
  });
});

describe('heaps', () => {
  it.each([
    [24, 2, 2560],
    [24, 1, 2560],
    [12, 2, 2230],
    [8, 2, 865],
    [4, 1, 768],
  ])('of a machine with %d GiB and %d workers are %d MB each', (gibibytes, workers, megabytes) => {
    expect(heapsFor(gibibytes * GIB, workers)).toEqual({
      driverMegabytes: megabytes,
      executorMegabytes: megabytes,
    });
  });
});

describe('the settings of a cluster', () => {
  it('are what Contrail reads', () => {
    const text = envText(settingsFor(PLAN, { name: 'positions', partitions: 6 }, ['kafka', 's3', 'spark']));
    const settings = loadSettings(withDotEnv({}, text));
    expect(settings).toMatchObject({
      kafkaBootstrap: '127.0.0.1:9092',
      topicName: 'positions',
      numPartitions: 6,
      garageEndpoint: 'http://127.0.0.1:3900',
      accessKey: 'contrail',
      bucketName: 'lake',
      sparkRemote: 'sc://127.0.0.1:15002',
      sparkMasterUrl: 'spark://127.0.0.1:7077',
      sparkMasterPage: 'http://127.0.0.1:8080',
      sparkApplicationPage: 'http://127.0.0.1:4040',
      s3Page: 'http://127.0.0.1:3900/ui',
    });
    expect(settings.secretKey?.reveal()).toBe(PLAN.s3.secretKey);
  });

  it('name only what runs', () => {
    const names = Object.keys(settingsFor(PLAN, { name: 'positions', partitions: 6 }, ['kafka']));
    expect(names).toEqual(['KAFKA_BOOTSTRAP', 'TOPIC_NAME', 'NUM_PARTITIONS']);
  });
});
