import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { installJupyter, runNotebook, shownBy } from '../notebooks/jupyter.ts';
import { freshName } from './broker.ts';
import { HAS_KAFKA } from './shared.ts';

const jupyter = HAS_KAFKA ? installJupyter() : null;

describe.skipIf(jupyter === null)('the notebooks with the settings of a cluster', () => {
  let folder: string;
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'contrail-kafka-notebooks-'))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('send to Kafka and read from it, with the same cells', async () => {
    const topic = freshName();
    const bootstrap = inject('bootstrap');
    const settings = {
      KAFKA_BOOTSTRAP: bootstrap,
      TOPIC_NAME: topic,
      SOURCE: 'simulator',
      SIMULATED_AIRCRAFT: '100',
      DATA_DIR: folder,
      LOG_LEVEL: 'warn',
    };
    const [where, sent, newest] = shownBy(await runNotebook(jupyter ?? '', '01_producer.ipynb', settings));
    expect(where).toContain(`from simulator into topic ${topic} of ${bootstrap}`);
    expect(sent).toMatch(/polls: 1,\s+messages: 100,\s+simulated: 100/);
    expect(newest?.match(/<tr><td>[0-3]<\/td>/g)).toHaveLength(4);
    const [, done, again] = shownBy(await runNotebook(jupyter ?? '', '02_pipeline.ipynb', settings));
    expect([done, again]).toEqual(['{ batches: 1, rows: 100 }', '{ batches: 0, rows: 0 }']);
    const [countries] = shownBy(await runNotebook(jupyter ?? '', '03_dashboard.ipynb', settings));
    expect(countries).toContain('<td>');
  });
});
