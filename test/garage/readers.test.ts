import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openSpark } from '../../app/src/program/spark.ts';
import { CACHE_FOLDER, settingsFile } from '../../app/src/cluster/cluster-folder.ts';
import { fetchJars } from '../../app/src/cluster/maven.ts';
import { SPARK_JARS } from '../../app/src/cluster/spark-jars.ts';
import { loadSettings } from '../../app/src/config/settings.ts';
import { Lake } from '../../app/src/lake/lake.ts';
import { TABLES } from '../../app/src/lake/tables.ts';
import { run, worldMessages } from '../../app/test/pipeline/small-world.ts';
import { isInstalled } from '../../libs/delta-lake/test/interop/fixtures.ts';
import { Peer, PEER_NAMES, type TableDigest } from '../../libs/delta-lake/test/interop/peers/peer.ts';
import { contrail } from '../cluster/command.ts';
import { say } from '../cluster/machine.ts';
import { HAS_CLUSTER, openBucket, openTopic, setting, sharedFolder } from '../cluster/shared.ts';

const PREFIX = `readers-${process.pid}`;
const NAMES = TABLES.filter(({ isOptional }) => isOptional !== true).map(({ name }) => name);
const addressOf = (table: string): string => `s3://${setting('BUCKET_NAME')}/${PREFIX}/${table}`;
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The table as `contrail table read` gives it to anybody, in short. */
async function digestOf(table: string): Promise<TableDigest> {
  const settings = settingsFile(sharedFolder());
  const { code, output, complaints } = await contrail(
    'table',
    'read',
    addressOf(table),
    '--format',
    'canonical',
    '--env',
    settings,
  );
  expect(code, complaints).toBe(0);
  const [header = '', ...rows] = output.trimEnd().split('\n');
  const { version, schema } = JSON.parse(header) as Pick<TableDigest, 'version' | 'schema'>;
  return { version, schema, numRecords: rows.length, digest: sha(rows.map(sha).sort().join('\n')) };
}

/** Kafka to Spark to Garage; then other readers of Delta tables read these. */
describe.skipIf(!HAS_CLUSTER)('the tables on Garage', { timeout: 600_000 }, () => {
  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'contrail-readers-'));
    try {
      const settings = loadSettings(inject('cluster')?.settings ?? {});
      await using topic = openTopic(PREFIX);
      for (const some of worldMessages({ aircraft: 100, polls: 40, intervalSeconds: 30 }))
        await topic.append(some);
      await using bucket = openBucket();
      const store = bucket.at(PREFIX);
      await using engine = openSpark(settings, settings.sparkRemote ?? '', store);
      await run(directory, { maxRows: 2_000, topic, engine, lake: new Lake(store, Date.now) });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  describe.each(PEER_NAMES)('%s', (name) => {
    describe.skipIf(!isInstalled(name))('', () => {
      let peer: Peer;
      beforeAll(async () => {
        const how = inject('peers')[name];
        if ('missing' in how) throw new Error(how.missing);
        const s3a = await fetchJars(SPARK_JARS, { cacheFolder: CACHE_FOLDER, say });
        peer = await Peer.start(name, name === 'Spark' ? [...how.command, s3a] : how.command, {
          AWS_ENDPOINT_URL: setting('GARAGE_ENDPOINT'),
          AWS_REGION: setting('S3_REGION'),
          AWS_ACCESS_KEY_ID: setting('ACCESS_KEY'),
          AWS_SECRET_ACCESS_KEY: setting('SECRET_KEY'),
          AWS_ALLOW_HTTP: 'true',
        });
      });
      afterAll(() => peer[Symbol.asyncDispose]());

      it.each(NAMES)('finds in %s what we find', async (table) => {
        const ours = await digestOf(table);
        expect(ours.numRecords).toBeGreaterThan(0);
        const versions = [ours.version];
        expect(await peer.call('digests', { path: addressOf(table), versions })).toEqual([ours]);
      });
    });
  });
});
